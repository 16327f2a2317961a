/** A shopper's turn on the page: taken by itself when seen, asked for when not, held longer by one key, left on purpose (5.1, 5.3). */
import { startMailServer, waitUntil } from '@sluice/service-kit/testing';
import type { Page } from 'playwright-core';
import { expect, test } from 'vitest';
import { dropKeys } from '../../src/queue/keys.ts';
import { lineOf } from '../support/crowd.ts';
import { createDrop, tune } from '../support/drop.ts';
import { setStage } from './support/stage.ts';
import type { Visitor } from './support/visitor.ts';

const stage = setStage();

/** A shopper who waits in a line that stands still. */
async function waiter(policy: Record<string, number> = {}): Promise<{ drop: string; visitor: Visitor }> {
  await stage.open();
  const drop = await createDrop(stage.redis, { policy: { rate_per_minute: 0, ...policy } });
  const visitor = await stage.arrive(drop);
  await waitUntil(async () => (await visitor.text('figure')) === '1');
  return { drop, visitor };
}
const callThem = (drop: string) => tune(stage.redis, drop, { rate_per_minute: 6000 });
const hide = ({ page }: Visitor, hidden: boolean) =>
  page.evaluate((value) => {
    Object.defineProperty(document, 'hidden', { value, configurable: true });
    document.dispatchEvent(new Event('visibilitychange'));
  }, hidden);

/** What the page has loaded beside its document, in order; each from the room itself. */
const modulesOf = async (page: Page) => {
  const { origin } = new URL(page.url());
  const loaded = await page.evaluate(() =>
    performance
      .getEntriesByType('resource')
      .map(({ name }) => name)
      .filter((name) => !new URL(name).pathname.startsWith('/v1/')),
  );
  return loaded.map((name) => name.replace(`${origin}/w/-/`, '').replace(/-[\w-]{12}\.js$/, ''));
};

test('a page that is seen takes the turn by itself, and hands the token over in a form', async () => {
  const { drop, visitor } = await waiter();
  await callThem(drop);
  await waitUntil(() => visitor.handedOver.length === 1, { timeoutMs: 30_000 });
  expect([...(visitor.handedOver[0] as URLSearchParams).keys()].sort()).toEqual(['drop', 'to', 'token']);
  expect(visitor.page.url()).not.toContain('token');
  expect(visitor.faults).toEqual([]);
});

test('on the way to a shop that takes its time nothing makes the page hand over a second time', async () => {
  await stage.open();
  const drop = await createDrop(stage.redis, { policy: { rate_per_minute: 0 } });
  const visitor = await stage.arrive(drop, {
    // A navigation that has begun and brings nothing yet: the page stays as it is meanwhile.
    prepare: (context) =>
      context.addInitScript(() => {
        const [streams, submitted]: [EventSource[], string[]] = [[], []];
        const Stream = EventSource;
        Object.assign(window, {
          ...{ streams, submitted },
          EventSource: class extends Stream {
            constructor(url: string) {
              super(url);
              streams.push(this);
            }
          },
        });
        HTMLFormElement.prototype.submit = function submit() {
          submitted.push(this.action);
        };
      }),
  });
  const { page } = visitor;
  const seen = () =>
    page.evaluate(() => {
      const { streams, submitted } = window as unknown as { streams: EventSource[]; submitted: string[] };
      return {
        submitted,
        isListening: streams.some(({ readyState }) => readyState !== EventSource.CLOSED),
      };
    });
  await waitUntil(async () => (await seen()).isListening, { timeoutMs: 45_000 });
  await hide(visitor, true);
  await callThem(drop);
  await visitor.sees('turn');
  // Looked at, and its network comes back: two reasons to go in.
  await page.evaluate(() => {
    Object.defineProperty(document, 'hidden', { value: false, configurable: true });
    document.dispatchEvent(new Event('visibilitychange'));
    dispatchEvent(new Event('online'));
  });
  await visitor.sees('entering');
  expect(await seen()).toEqual({
    submitted: ['https://shop.example/.sluice/callback'],
    isListening: false,
  });
  expect(visitor.asked.filter((what) => what === 'POST admission')).toHaveLength(1);
});

test('a shopper who wants to be asked is: the turn counts down, the space bar holds it longer, a button goes in', async () => {
  const { drop, visitor } = await waiter();
  const { page } = visitor;
  await page.getByLabel('Ask me before moving on').check();
  await callThem(drop);
  await visitor.sees('turn');
  expect(await page.getAttribute('#say', 'role')).toBe('alert');
  expect(await page.title()).toBe('● It is your turn · A drop');
  expect(await visitor.text('figure')).toMatch(/^[12]:\d\d$/);
  const more = page.getByRole('button', { name: /Hold my turn longer/ });
  expect(await more.textContent()).toBe('Hold my turn longer (3 more times)');
  // What was ticked is not there any more: with the next frame the browser takes the focus from it.
  await page.waitForFunction(() => document.activeElement === document.body);
  await page.keyboard.press('Space');
  await waitUntil(async () => (await more.textContent()) === 'Hold my turn longer (2 more times)');
  expect(await visitor.text('figure')).toMatch(/^[34]:\d\d$/);
  expect(visitor.handedOver).toEqual([]);
  await page.getByRole('button', { name: 'Go to the shop' }).click();
  await waitUntil(() => visitor.handedOver.length === 1, { timeoutMs: 30_000 });
});

test('a page in the background does not go in until it is looked at', async () => {
  const { drop, visitor } = await waiter();
  await hide(visitor, true);
  await callThem(drop);
  await visitor.sees('turn');
  expect(visitor.asked).not.toContain('POST admission');
  await hide(visitor, false);
  await waitUntil(() => visitor.handedOver.length === 1, { timeoutMs: 30_000 });
});

test('after the window a shopper may still come in, after grace not any more, and may join again', async () => {
  const { drop, visitor } = await waiter({ call_window_us: 2_000_000, grace_us: 600_000_000 });
  await visitor.page.getByLabel('Ask me before moving on').check();
  await callThem(drop);
  await visitor.sees('grace');
  expect(await visitor.page.getByRole('button', { name: /Hold my turn/ }).count()).toBe(0);
  // However long that took: it ends once it has been seen.
  await tune(stage.redis, drop, { grace_us: 1_000_000 });
  await visitor.sees('missed');
  await tune(stage.redis, drop, { rate_per_minute: 0 });
  await visitor.page.getByRole('button', { name: 'Join again' }).click();
  await visitor.sees('waiting', 'soon');
  expect(await lineOf(stage.redis, drop)).toHaveLength(1);
});

test('leaving asks first; two tabs are one place', async () => {
  const { drop, visitor } = await waiter();
  const { page } = visitor;
  const second = await page.context().newPage();
  await second.goto(page.url());
  await waitUntil(async () => (await second.textContent('#figure')) === '1');
  expect(await second.textContent('#reference')).toBe(await visitor.text('reference'));
  await second.close();
  await page.getByRole('button', { name: 'Leave the line' }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Keep my place' }).click();
  expect(visitor.asked).not.toContain('DELETE ticket');
  await page.getByRole('button', { name: 'Leave the line' }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Leave the line' }).click();
  await visitor.sees('left');
  expect(await lineOf(stage.redis, drop)).toEqual([]);
  expect(await stage.redis.hget(dropKeys(drop).control, 'left_total')).toBe('1');
});

test('a part of the page that does not come is tried for again; the place stays', async () => {
  await stage.open();
  const drop = await createDrop(stage.redis, { policy: { rate_per_minute: 0 } });
  const visitor = await stage.arrive(drop);
  await waitUntil(async () => (await visitor.text('figure')) === '1');
  const { page } = visitor;
  await page.route('**/w/-/**', (route) => route.abort());
  await page.reload();
  await visitor.sees('offline');
  await page.unroute('**/w/-/**');
  await waitUntil(async () => (await visitor.text('figure')) === '1', { timeoutMs: 45_000 });
  expect(visitor.asked.filter((what) => what === 'POST tickets')).toHaveLength(1);
});

test('5.2: the page checks how a place was drawn: sealed in the lobby, recomputed after the opening, and a lie is seen', async () => {
  await stage.open();
  const policy = { rate_per_minute: 0 };
  const drop = await createDrop(stage.redis, { opensInMs: 600_000, lobbyMs: 1_200_000, drawn: true, policy });
  const visitor = await stage.arrive(drop);
  const { page } = visitor;
  await visitor.sees('lobby');
  await page.getByText('How is my place decided?').click();
  // 5.6: what checks comes with the click, and nothing else does.
  expect(await modulesOf(page)).toEqual(['line']);
  await page.getByRole('button', { name: 'Check how my place was drawn' }).click();
  await waitUntil(async () => (await page.textContent('#proof'))?.includes('The secret is sealed.'));
  expect(await modulesOf(page)).toEqual(['line', 'draw']);
  // However long that took: it opens now.
  const nowUs = Number((await stage.redis.time())[0]) * 1e6;
  await tune(stage.redis, drop, { opens_us: nowUs });
  await waitUntil(async () => (await stage.pulseOf(drop)).phase === 'open');
  await page.evaluate(() => dispatchEvent(new Event('online')));
  await visitor.sees('waiting');
  await page.getByRole('button', { name: 'Check how my place was drawn' }).click();
  await waitUntil(async () => (await page.textContent('#proof'))?.includes('What this cannot prove'));
  expect(await page.locator('#proof .fits').count()).toBe(4);
  expect(await page.locator('#proof .fails').count()).toBe(0);
  // A room that shows another seed and says that it always was this one.
  await page.route('**/draw', async (route) => {
    const draw = await (await route.fetch()).json();
    await route.fulfill({
      json: { ...draw, seed: `00${draw.seed.slice(2)}`, commit: `00${draw.commit.slice(2)}` },
    });
  });
  await page.getByRole('button', { name: 'Check how my place was drawn' }).click();
  await waitUntil(async () => (await page.locator('#proof .fails').count()) === 3);
  expect(visitor.faults).toEqual([]);
});

test('5.8: a click asks to be told: by this browser while the page is not seen, or by e-mail; and takes it back', async () => {
  const sink = await startMailServer();
  try {
    await stage.open({ SMTP_URL: sink.url });
    const drop = await createDrop(stage.redis, { policy: { rate_per_minute: 0 } });
    const visitor = await stage.arrive(drop, { permissions: ['notifications'] });
    await waitUntil(async () => (await visitor.text('figure')) === '1');
    const { page } = visitor;
    const { notices } = dropKeys(drop);
    const dialog = page.getByRole('dialog');
    const ask = () => page.getByRole('button', { name: 'Tell me when it is my turn' }).click();
    expect(await modulesOf(page)).toEqual(['line']);
    await ask();
    await dialog.getByLabel('E-mail address').fill('mila@example.com');
    await dialog.getByRole('button', { name: 'By e-mail' }).click();
    await dialog.getByText('Done. You will be told.').waitFor();
    expect(Object.values(await stage.redis.hgetall(notices)).join()).toContain('mila@example.com');
    await dialog.getByRole('button', { name: 'Close' }).click();
    await ask();
    await dialog.getByRole('button', { name: 'Do not tell me' }).click();
    await waitUntil(async () => (await stage.redis.exists(notices)) === 0);
    // Headless Chromium shows no notification; what the page asks it for is what counts.
    await page.evaluate(() => {
      const told: string[] = [];
      const Told = Object.assign(
        class {
          constructor(title: string) {
            told.push(title);
          }
        },
        {
          permission: 'granted',
          requestPermission: async () => 'granted',
        },
      );
      Object.assign(window, { told, Notification: Told });
    });
    await ask();
    await dialog.getByRole('button', { name: 'In this browser' }).click();
    // No push service answers here: the open page tells, and says that it has to stay open.
    await dialog.getByText('Done. You will be told as long as this page stays open.').waitFor();
    await dialog.getByRole('button', { name: 'Close' }).click();
    await hide(visitor, true);
    await callThem(drop);
    await visitor.sees('turn');
    expect(await page.evaluate(() => (window as unknown as { told: string[] }).told)).toEqual([
      'It is your turn',
    ]);
    expect(visitor.faults).toEqual([]);
  } finally {
    await sink.close();
  }
});
