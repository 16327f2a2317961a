/** Types a date and a clock into the field that has the focus, part by part, as its label asks for them: day, month, year, hour, minute. */
import type { Page } from 'playwright-core';

/** @param local `2026-12-01T18:00` */
export async function typeTime(page: Page, local: string): Promise<void> {
  const [date = '', clock = ''] = local.split('T');
  const [year = '', month = '', day = ''] = date.split('-');
  for (const part of [day, month, year, ...clock.split(':')]) await page.keyboard.type(part);
}
