/** The guides as a new user meets them: their pastes by name, and what must be true of a shop that was made from them. */
import { readFile } from 'node:fs/promises';
import { expect } from 'vitest';
import type { FakeRoom } from '../../src/testing.ts';
import { ask } from './ask.ts';

/** What the guide of this name holds in code blocks that have a name: ` ```js express.mjs `. */
export async function readPastes(guide: string): Promise<ReadonlyMap<string, string>> {
  const text = await readFile(new URL(`../../../docs/guides/${guide}.md`, import.meta.url), 'utf8');
  return new Map(
    [...text.matchAll(/^```\w+ (\S+)\n(.*?)^```$/gms)].map(([, name = '', body = '']) => [name, body]),
  );
}

export interface Shop {
  /** Where requests go. */
  readonly where: string;
  /** What the shop is called. */
  readonly url: string;
}

/** Everybody sees `/`; `/buy` leads to the room, is told to API clients, opens to an admission and not to a stolen one. */
export async function expectProtected({ where, url }: Shop, room: FakeRoom, drop: string): Promise<void> {
  const page = { accept: 'text/html' };
  expect(await (await ask(where, '/', { headers: page })).text()).toContain('everybody');
  const away = await ask(where, '/buy', { headers: page });
  const location = new URL(away.headers.get('location') ?? '');
  expect([away.status, location.origin, location.pathname]).toEqual([302, room.url, `/w/${drop}`]);
  expect(location.searchParams.get('return')).toBe(`${url}/buy`);
  const api = await ask(where, '/buy', { headers: { accept: 'application/json' } });
  expect([api.status, (await api.json()).waitingRoom]).toEqual([401, `${room.url}/w/${drop}`]);

  const [good, stolen] = await Promise.all([room.issue({ drop }), room.issue({ drop, flaw: 'stolen' })]);
  const form = new URLSearchParams({ token: good.token, drop, to: '/buy?size=42' });
  const back = await ask(where, '/.sluice/callback', { method: 'POST', form });
  expect([back.status, new URL(back.headers.get('location') ?? '', url).href]).toEqual([
    303,
    `${url}/buy?size=42`,
  ]);
  const inside = await ask(where, '/buy', { headers: { ...page, cookie: good.cookieFor(url) } });
  expect([inside.status, await inside.text()]).toEqual([200, expect.stringContaining('admitted: ')]);
  const thief = await ask(where, '/buy', { headers: { ...page, cookie: stolen.cookieFor(url) } });
  expect(thief.status).toBe(302);
}
