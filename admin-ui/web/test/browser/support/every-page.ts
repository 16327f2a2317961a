/** Every page there is, as the router knows them: a page that is new is tested without anybody remembering it. */
import type { Page } from 'playwright-core';
import type { PageDefinition } from '../../../src/pages/page-definition.ts';

const found = import.meta.glob('../../../src/pages/*/page.ts', { eager: true, import: 'default' });

export const PAGES = Object.values(found as Record<string, readonly PageDefinition[]>).flat();

/** More than one state that stands in an address, and so can be opened like a page of its own. */
const MORE_ADDRESSES: Readonly<Record<string, readonly string[]>> = {
  '/drops': ['?view=calendar'],
  '/orders': ['?q=nobody'],
  '/enrol': ['#xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx'],
};

/**
 * Addresses of pages, with something in the place of every `$name`.
 * @param examples by name: `{ drop: 'aurora-low' }`
 */
export function addressesOf(
  pages: readonly PageDefinition[],
  examples: Readonly<Record<string, string>>,
): string[] {
  return pages.flatMap(({ path }) => {
    const address = path.replaceAll(/\$(\w+)/g, (_, name: string) => {
      const example = examples[name];
      if (example === undefined) throw new Error(`say in every-page.test.ts what $${name} of ${path} may be`);
      return example;
    });
    return [address, ...(MORE_ADDRESSES[path] ?? []).map((more) => address + more)];
  });
}

/** Until it shows what it has to show. */
export async function arrived(page: Page): Promise<void> {
  await page.locator('h1').first().waitFor();
  await page.locator('.loading').first().waitFor({ state: 'detached' });
  await page.locator('.page-header, .failed, .control-room').first().waitFor();
}

/** `/drops/$drop/report` → `drop-report`, `/orders/$order` → `order`: for the name of a picture. */
export const nameOf = (path: string): string =>
  path
    .slice(1)
    .replaceAll(/\w+\/\$(\w+)/g, '$1')
    .replaceAll('/', '-');
