/** Whether the keyboard gets to everything that a page offers. What it offers is read off the page itself. */
import type { Page } from 'playwright-core';

/** Far more than any page has. */
const PRESSES_MAX = 400;

/**
 * Presses Tab through the whole page, and arrows inside of what is one stop for Tab (radio buttons, parts of a grid).
 * @returns what is offered and was never in the focus, by its name
 */
export async function unreachedByKeyboard(page: Page): Promise<string[]> {
  await page.evaluate(() => {
    (document.activeElement as HTMLElement | null)?.blur();
    const offered =
      'a[href], button, input:not([type=hidden]), select, textarea, summary, [tabindex], [role=button], [role=spinbutton], [role=tab], [contenteditable=true]';
    const isOffered = (element: HTMLElement) =>
      element.checkVisibility({ visibilityProperty: true }) &&
      !element.matches(
        ':disabled, [aria-disabled=true], main, [inert] *, [aria-hidden=true] *, [aria-hidden=true]',
      ) &&
      // Places that take the focus by script alone: headings, dialogs, the page itself.
      !element.matches('[role=dialog], [role=alertdialog]') &&
      // For screen readers alone, who have no Escape at hand.
      !(element.tabIndex < 0 && (element.parentElement?.offsetWidth ?? 0) <= 1) &&
      (element.tabIndex >= 0 || !element.matches('[tabindex="-1"]:not(button, a, input, select, [role])'));
    const all = [...document.querySelectorAll<HTMLElement>(offered)].filter(isOffered);
    const store = window as unknown as { unreached: Set<HTMLElement> };
    store.unreached = new Set(all);
    document.addEventListener('focusin', ({ target }) => {
      const reached = target as HTMLElement;
      store.unreached.delete(reached);
      // One of several is one stop, and arrows lead to the others.
      const group = reached.closest('[role=radiogroup], [role=grid], [role=tablist], [role=toolbar]');
      const mates = reached.matches('input[type=radio]')
        ? document.querySelectorAll<HTMLElement>(
            `input[name="${CSS.escape((reached as HTMLInputElement).name)}"]`,
          )
        : (group?.querySelectorAll<HTMLElement>('[tabindex="-1"]') ?? []);
      for (const mate of mates) store.unreached.delete(mate);
    });
  });
  let rounds = 0;
  for (let presses = 0; presses < PRESSES_MAX; presses++) {
    await page.keyboard.press('Tab');
    const left = await page.evaluate(() => {
      const { unreached } = window as unknown as { unreached: Set<HTMLElement> };
      // What went away meanwhile is not offered any more.
      for (const element of unreached) if (!element.isConnected) unreached.delete(element);
      return { count: unreached.size, isBack: document.activeElement === document.body };
    });
    if (left.count === 0) return [];
    // The first round may begin in the middle: where the page had put the focus.
    if (left.isBack && ++rounds > 2) break;
  }
  return page.evaluate(() =>
    [...(window as unknown as { unreached: Set<HTMLElement> }).unreached].map((element) =>
      element.outerHTML.slice(0, 160),
    ),
  );
}
