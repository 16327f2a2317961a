// One drop from the plan to the report, in the browser, by each role in turn; the shoppers are those of `play`.

import { waitUntil } from '@sluice/service-kit/testing';
import { afterAll, expect, test } from 'vitest';
import { inSeconds } from '../../../server/test/support/control-plane.ts';
import { checkAccessibility } from './support/check-accessibility.ts';
import { type Crowd, sendCrowd } from './support/crowd.ts';
import { setStage } from './support/stage.ts';
import { takeScreen } from './support/take-screen.ts';
import { typeTime } from './support/type-time.ts';

const stage = setStage({ withRoom: true });
const PATIENCE = { timeoutMs: 180_000 };
const UNITS = 40;
/** The old rate lets half an entry in a second, seven in such a time; what this many show is the new one. */
const [SLOW, FAST] = [30, 600];
const MANY = 12;
const WITHIN_US = 12_000_000;

let crowd: Crowd | undefined;
afterAll(() => crowd?.end());

const control = (drop: string) => stage.admin.redis.hgetall(`wr:{${drop}}:control`);

/** When shoppers were let in, by Redis's clock, latest first. */
async function grantsOf(drop: string): Promise<number[]> {
  const lines = await stage.admin.redis.xrevrange(`wr:{${drop}}:log`, '+', '-', 'COUNT', 2000);
  return lines.flatMap(([, fields]) => (fields[1] === 'grant' ? [Number(fields[3])] : []));
}

test('4.15: a merchant plans it, shoppers come, an operator steers it, it sells out, a viewer reads how it was, the owner who did what', async () => {
  const merchant = await stage.visit({ as: 'merchant', at: '/drops/new' });
  await merchant.page.getByLabel('Name').fill('Aurora Walk');
  await merchant.page.getByRole('spinbutton', { name: /day/ }).first().focus();
  // A whole minute, with its lobby open by then; however long the screens take, it does not open before everybody is there.
  const opensAt = new Date(Math.ceil((Date.now() + 600_000) / 60_000) * 60_000);
  await typeTime(merchant.page, opensAt.toISOString().slice(0, 16));
  await merchant.page.getByRole('button', { name: 'Next' }).click();
  await merchant.page.getByLabel('Product', { exact: true }).fill('Aurora, size 41');
  await merchant.page.getByLabel('Units').fill(String(UNITS));
  await merchant.page.getByLabel('Price').fill('129');
  await merchant.page.getByRole('button', { name: 'Next' }).click();
  // Without it nobody could be sent anywhere.
  await merchant.page.getByLabel('Address of the shop').fill('https://shop.example/buy');
  await merchant.page.getByRole('button', { name: 'Schedule the drop' }).click();
  await merchant.page.getByText('Aurora Walk is scheduled.').waitFor();
  await merchant.page.waitForURL(/\/drops\/(?!new)[a-z0-9-]+/);
  const [, drop = ''] = /\/drops\/([a-z0-9-]+)/.exec(merchant.page.url()) ?? [];

  // The lobby is open already: shoppers come into it, and the operator sees them wait for the draw.
  crowd = sendCrowd(stage.admin, { drop, shoppers: 60 });
  const { page, faults } = await stage.visit({ as: 'operator', at: `/drops/${drop}/control`, width: 1600 });
  await page.getByText('1 of 1 instances on').waitFor();
  await page.keyboard.press('r');
  await page.keyboard.type(String(SLOW));
  await page.keyboard.press('Enter');
  await page.getByRole('button', { name: 'Do it' }).click();
  await page.locator('.rate .now strong', { hasText: new RegExp(`^${SLOW}$`) }).waitFor();
  await checkAccessibility(page);
  await takeScreen(page, 'walk-lobby');

  // Moved forward, it opens by itself. Entries trickle, until the rate goes up on the screen.
  const moved = await stage.admin.call('PATCH', `/api/v1/drops/${drop}`, { opensAt: inSeconds(5) });
  expect(moved.status, moved.text).toBe(200);
  await waitUntil(async () => (await grantsOf(drop)).length > 0, PATIENCE);
  await page.keyboard.press('r');
  await page.keyboard.type(String(FAST));
  await page.keyboard.press('Enter');
  await page.getByRole('button', { name: 'Do it' }).click();
  await page.locator('.rate .now strong', { hasText: new RegExp(`^${FAST}$`) }).waitFor();
  await waitUntil(async () => {
    const grants = await grantsOf(drop);
    return grants.some((last, at) => last - (grants[at + MANY - 1] ?? 0) < WITHIN_US);
  }, PATIENCE);
  await page.locator('.figure', { hasText: 'Entering' }).getByText('10').first().waitFor();
  await takeScreen(page, 'walk-open');

  await page.keyboard.press('p');
  await page.locator('.limit strong', { hasText: /you: it is paused/ }).waitFor();
  await page.keyboard.press('m');
  await page.keyboard.type('Back in a minute.');
  await page.getByRole('button', { name: 'Show it' }).click();
  await waitUntil(async () => {
    const pulse = await fetch(`${stage.admin.room?.url}/v1/drops/${drop}/pulse`);
    return ((await pulse.json()) as { message: Record<string, string> }).message.en === 'Back in a minute.';
  }, PATIENCE);
  await page.keyboard.press('p');
  await waitUntil(async () => (await control(drop)).override === '', PATIENCE);
  await waitUntil(async () => (await control(drop)).sold_out === '1', PATIENCE);
  await page.locator('.limit strong', { hasText: /nothing is left to sell/ }).waitFor();
  await takeScreen(page, 'walk-sold-out');
  expect(faults).toEqual([]);

  const viewer = await stage.visit({ as: 'viewer', at: `/drops/${drop}/report` });
  await viewer.page
    .locator('.facts')
    .getByText(String(UNITS), { exact: true })
    .first()
    .waitFor({ timeout: PATIENCE.timeoutMs });
  await checkAccessibility(viewer.page);
  await takeScreen(viewer.page, 'walk-report');

  const owner = await stage.visit({ as: 'owner', at: `/audit?drop=${drop}` });
  const operator = await stage.visit({ as: 'operator' });
  for (const { person } of [merchant, operator])
    await owner.page
      .getByRole('cell', { name: person?.email ?? '' })
      .first()
      .waitFor();
  expect([...merchant.faults, ...viewer.faults, ...owner.faults]).toEqual([]);
}, 300_000);
