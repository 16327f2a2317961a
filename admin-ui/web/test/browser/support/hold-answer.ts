/** An answer that was true when it was given, and comes later: of a server or a network that stood still in between. */
import type { Page } from 'playwright-core';

export interface HeldAnswer {
  /** It comes now, as it was; those after it are not held. */
  release(): Promise<void>;
}

/** Waits until a page reads one of these addresses. @returns once the server has answered, and the page has not heard it */
export async function holdAnswer(page: Page, address: RegExp): Promise<HeldAnswer> {
  const held = Promise.withResolvers<void>();
  const released = Promise.withResolvers<void>();
  const done = Promise.withResolvers<void>();
  let isFirst = true;
  await page.route(address, async (route) => {
    if (!isFirst || route.request().method() !== 'GET') return route.fallback();
    isFirst = false;
    const response = await route.fetch();
    held.resolve();
    await released.promise;
    // Nobody may wait for it any more.
    await route.fulfill({ response }).catch(() => {});
    done.resolve();
  });
  await held.promise;
  return {
    async release() {
      released.resolve();
      await done.promise;
    },
  };
}
