/** What everybody must be able to do with a page: read it (axe, every rule that it runs by itself), on a narrow phone, and reach everything by keyboard. */
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import type { AxeResults } from 'axe-core';
import type { Page } from 'playwright-core';

const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

/** A narrow phone. */
export const PHONE = { width: 320, height: 640 };

/** Of every rule: none is switched off, and no part of the page left out. */
export async function violations(page: Page): Promise<string[]> {
  await page.evaluate(`${AXE}; void 0`);
  const { violations: found } = (await page.evaluate('axe.run()')) as AxeResults;
  return found.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(' ')}`);
}

/**
 * The same of a page in a browser without scripts, where axe cannot run either: its document as that browser has made it, what
 * stood in `noscript` included, in one with scripts.
 * @param mirror a page of the same size and colours
 */
export async function violationsWithoutScripts(page: Page, mirror: Page): Promise<string[]> {
  const html = (await page.content()).replace(/<script.*?<\/script>|<\/?noscript>/gs, '');
  await mirror.setContent(html);
  return violations(mirror);
}

export const widthOf = (page: Page) => page.evaluate(() => document.documentElement.scrollWidth);

/** What can be done on the page as it stands, in its order; of a dialog, where one is open. */
export const actionsOf = (page: Page) =>
  page.evaluate(() => {
    const scope = document.querySelector('dialog[open]') ?? document;
    return [...scope.querySelectorAll('a[href], button, input:not([type=hidden]), summary')]
      .filter((element) => element.checkVisibility({ visibilityProperty: true }))
      .map((element) => (element.closest('label') ?? element).textContent);
  });

/** What the Tab key reaches from the beginning of the page on, as often as there are actions; each must show that it has the focus. */
export async function reachedByKeyboard(page: Page): Promise<(string | null)[]> {
  const count = (await actionsOf(page)).length;
  await page.evaluate(() => {
    const start = document.querySelector<HTMLElement>('dialog[open]') ?? document.querySelector('main');
    if (!start) return;
    start.tabIndex = -1;
    start.focus();
    start.removeAttribute('tabindex');
  });
  const reached: (string | null)[] = [];
  for (let i = 0; i < count; i++) {
    await page.keyboard.press('Tab');
    reached.push(await focused(page));
  }
  return reached;
}

/** The words of what has the focus; with a note where nobody would see that it has. */
export const focused = (page: Page) =>
  page.evaluate(() => {
    const element = document.activeElement as HTMLElement;
    const { outlineStyle, outlineWidth } = getComputedStyle(element);
    const { top, bottom } = element.getBoundingClientRect();
    const isSeen =
      outlineStyle !== 'none' && Number.parseFloat(outlineWidth) >= 2 && bottom > 0 && top < innerHeight;
    return `${(element.closest('label') ?? element).textContent}${isSeen ? '' : ' (not seen)'}`;
  });

/** Presses Tab until what has these words has the focus. */
export async function tabTo(page: Page, words: string | RegExp): Promise<void> {
  const seen: (string | null)[] = [];
  for (let i = 0; i < 40; i++) {
    await page.keyboard.press('Tab');
    const now = await focused(page);
    if (typeof words === 'string' ? now === words : words.test(now)) return;
    seen.push(now);
  }
  throw new Error(`the keyboard does not reach ${words}: ${seen.join(' | ')}`);
}
