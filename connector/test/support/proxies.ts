/** A gate with a fake room behind it, and an origin: what the recipes for proxies are tried with. */
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect } from 'vitest';
import { createConnector } from '../../src/create-connector.ts';
import { createGate } from '../../src/gate/gate-server.ts';
import { type FakeRoom, startFakeRoom } from '../../src/testing.ts';
import { ask } from './ask.ts';
import { copyOf } from './copy-of.ts';

export const DROP = 'sneaker-1';
/** Nobody is there: what the shop is called need not be where the proxy listens. */
export const SHOP = 'http://127.0.0.1:1';
export const page = { accept: 'text/html' };

export interface BehindProxy {
  readonly room: FakeRoom;
  readonly gatePort: number;
  /** Answers with the `Sluice-Subject` it was given, or `nobody`. */
  readonly originPort: number;
  /** Also ends what was given to `closing`, the latest first. */
  close(): Promise<void>;
  readonly closing: (() => unknown)[];
}

export async function startBehindProxy(): Promise<BehindProxy> {
  const closing: (() => unknown)[] = [];
  const listen = async (server: Server): Promise<number> => {
    closing.push(() => server.close().closeAllConnections());
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return (server.address() as AddressInfo).port;
  };
  const room = await startFakeRoom();
  closing.push(() => room.close());
  const connector = createConnector({
    ...{ roomUrl: room.url, publicUrl: SHOP, drop: DROP, protect: ['/buy'] },
    rehearsals: true,
  });
  const down = { drops: new Map(), room: room.url, shop: SHOP, serviceToken: '' };
  const gatePort = await listen(createGate(connector, down, () => {}).server);
  const originPort = await listen(
    createServer((request, response) => response.end(String(request.headers['sluice-subject'] || 'nobody'))),
  );
  return {
    room,
    gatePort,
    originPort,
    closing,
    async close() {
      for (const close of closing.reverse()) await close();
    },
  };
}

/** What is true of a proxy that asks the gate: the way to the room and back, admissions, and nothing a client invents. */
export async function expectWholeCheck(url: string, room: FakeRoom): Promise<void> {
  const forged = { ...page, 'sluice-subject': 'forged' };
  expect(await (await ask(url, '/', { headers: forged })).text()).toBe('nobody');
  const away = await ask(url, '/buy?size=42', { headers: page });
  expect([away.status, away.headers.getSetCookie().length]).toEqual([302, 2]);
  expect(new URL(away.headers.get('location') ?? '').searchParams.get('return')).toBe(`${SHOP}/buy?size=42`);
  const api = await ask(url, '/buy', { headers: { accept: 'application/json' } });
  expect([api.status, api.headers.get('content-type')]).toEqual([401, 'application/problem+json']);
  expect(
    (await ask(url, '/buy', { headers: page, method: 'POST', form: new URLSearchParams() })).status,
  ).toBe(303);
  const [good, stolen] = [await room.issue({ drop: DROP }), await room.issue({ drop: DROP, flaw: 'stolen' })];
  const passed = await ask(url, '/buy', { headers: { ...forged, cookie: good.cookieFor(SHOP) } });
  expect(await passed.text()).toBe(good.jti);
  expect(await (await ask(url, '/buy', { headers: { ...good.headers } })).text()).toBe(good.jti);
  expect((await ask(url, '/buy', { headers: { ...page, cookie: stolen.cookieFor(SHOP) } })).status).toBe(302);
  const form = new URLSearchParams({ token: good.token, drop: DROP, to: '/buy' });
  expect((await ask(url, '/.sluice/callback', { method: 'POST', form })).status).toBe(303);
  // 4.4: the link of a staff pass, and the copy's admission.
  const copy = copyOf(DROP);
  const link = new URLSearchParams({ drop: copy, pass: 'cGF5bG9hZA.bWFj', to: '/buy' });
  const sent = await ask(url, `/.sluice/rehearsal?${link}`, { headers: page });
  expect([sent.status, new URL(sent.headers.get('location') ?? '').pathname]).toEqual([303, `/w/${copy}`]);
  const staff = await room.issue({ drop: copy });
  expect(await (await ask(url, '/buy', { headers: { ...page, cookie: staff.cookieFor(SHOP) } })).text()).toBe(
    staff.jti,
  );
  for (const spelling of ['/x/../buy', '/%62uy', '//buy', '/BUY', '/buy/'])
    expect([spelling, [302, 400].includes((await ask(url, spelling, { headers: page })).status)]).toEqual([
      spelling,
      true,
    ]);
}
