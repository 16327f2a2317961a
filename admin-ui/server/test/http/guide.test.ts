/** 5.14: the drop that the guide "protect your origin" plans to try with, by its own paste. */
import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { promisify } from 'node:util';
import { waitUntil } from '@sluice/service-kit/testing';
import { afterAll, beforeAll, expect, test } from 'vitest';
import {
  anyDrop,
  OPERATOR_KEY,
  send,
  startTestControlPlane,
  type TestControlPlane,
} from '../support/control-plane.ts';

const GUIDE = new URL('../../../../docs/guides/protect-your-origin.md', import.meta.url);
const SHOP_URL = 'http://127.0.0.1:3000';

let admin: TestControlPlane;
beforeAll(async () => {
  admin = await startTestControlPlane({ withRoom: true });
});
afterAll(() => admin?.close());

test('5.14: the paste plans a drop that opens, takes shoppers and sends them back to the shop', async () => {
  const drop = anyDrop();
  const [, paste = ''] = /^```sh plan\.sh\n(.*?)^```$/ms.exec(await readFile(GUIDE, 'utf8')) ?? [];
  // What differs from `npm start`, and nothing else.
  const command = paste
    .replace('http://127.0.0.1:8070', admin.url)
    .replace('$(cat .sluice/start/keys/operator-key)', OPERATOR_KEY);
  expect(command).not.toBe('');
  const env = { PATH: `${dirname(process.execPath)}:${process.env.PATH}`, DROP: drop, SHOP_URL };
  const { stdout } = await promisify(execFile)('sh', ['-ec', command], { env });
  expect(JSON.parse(stdout)).toMatchObject({ id: drop, page: { defaultReturnTo: `${SHOP_URL}/buy` } });

  const room = admin.room?.url ?? '';
  const ticket: string = await waitUntil(
    async () => (await send(room, 'POST', `/v1/drops/${drop}/tickets`)).body?.ticket,
  );
  const headers = { authorization: `Ticket ${ticket}` };
  const body = { bind: 'b'.repeat(43), returnTo: `${SHOP_URL}/buy?size=42` };
  const entered = await waitUntil(
    async () => {
      const answer = await send(room, 'POST', `/v1/drops/${drop}/admission`, { headers, body });
      return answer.status === 200 && answer.body;
    },
    { everyMs: 200 },
  );
  expect(entered.returnTo).toBe(body.returnTo);
});
