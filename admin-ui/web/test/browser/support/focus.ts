/** The focus goes into a dialog, and comes back from it, a frame after the dialog is seen to come and go: no key is pressed before. */
import { waitUntil } from '@sluice/service-kit/testing';
import type { Locator, Page } from 'playwright-core';

const LIMIT = { timeoutMs: 60_000 };

/** Until an element has the focus. */
export const focused = (locator: Locator) =>
  waitUntil(() => locator.evaluate((element) => element === document.activeElement), {
    ...{ ...LIMIT, what: `the focus on ${locator}` },
  });

/** Until the focus is in the dialog that is open. */
export const focusedInDialog = (page: Page) =>
  waitUntil(
    () =>
      page.evaluate(
        () => document.activeElement?.closest('[role=dialog], [role=alertdialog]') instanceof HTMLElement,
      ),
    { ...LIMIT, what: 'the focus in the dialog' },
  );
