/** Every page there is: each folder of `pages/` says its own in `page.ts`, so that nobody edits a common list. */
import type { PageDefinition } from '../pages/page-definition.ts';

const found: Record<string, readonly PageDefinition[]> = import.meta.glob('../pages/*/page.ts', {
  eager: true,
  import: 'default',
});

export const PAGES: readonly PageDefinition[] = Object.values(found)
  .flat()
  .sort((one, other) => one.order - other.order);
