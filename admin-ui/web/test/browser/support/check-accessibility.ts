/** axe on the page as it stands: every rule of WCAG 2.0 to 2.2, A and AA, and its best practices; none off, no region left out. */
import { AxeBuilder } from '@axe-core/playwright';
import type { Page } from 'playwright-core';
import { expect } from 'vitest';

const RULES = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22a', 'wcag22aa', 'best-practice'];

/** @param where said with what is found, in a test that goes to many places */
export async function checkAccessibility(page: Page, where = ''): Promise<void> {
  // A frame that is still on its way would go away under the hands of axe.
  await Promise.all(page.frames().map((frame) => frame.waitForLoadState()));
  const { violations } = await new AxeBuilder({ page }).withTags(RULES).analyze();
  const found = violations.map(({ id, help, nodes }) => ({
    ...{ id, help },
    where: nodes.map(({ html, failureSummary }) => `${html}\n${failureSummary}`),
  }));
  expect(found, where).toEqual([]);
}

/** WCAG 1.4.10: nothing is wider than the window, but for what scrolls by itself. */
export async function checkReflow(page: Page): Promise<void> {
  const wide = await page.evaluate(() => {
    const window = document.documentElement.clientWidth;
    if (document.documentElement.scrollWidth <= window) return [];
    return [...document.querySelectorAll('body *')]
      .filter((element) => element.getBoundingClientRect().right > window)
      .map((element) => element.outerHTML.slice(0, 200));
  });
  expect(wide).toEqual([]);
}
