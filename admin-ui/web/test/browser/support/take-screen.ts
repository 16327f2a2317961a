/** Pictures for the documentation, `docs/screens/admin-<page>-<state>-<theme>-<width>.png`: only under UPDATE_SCREENS=1, since fonts differ between machines. */
import { mkdirSync } from 'node:fs';
import type { Page } from 'playwright-core';

const folder = new URL('../../../../../docs/screens/', import.meta.url).pathname;

/** @param name page and state: `drops-empty` */
export async function takeScreen(page: Page, name: string): Promise<void> {
  if (!process.env.UPDATE_SCREENS) return;
  mkdirSync(folder, { recursive: true });
  const theme = await page.evaluate(
    () =>
      document.documentElement.dataset.theme ??
      (matchMedia('(prefers-color-scheme: dark)').matches ? 'dark' : 'light'),
  );
  const width = page.viewportSize()?.width;
  await page.screenshot({ path: `${folder}admin-${name}-${theme}-${width}.png`, animations: 'disabled' });
}
