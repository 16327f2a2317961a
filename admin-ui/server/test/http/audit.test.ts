import { afterAll, beforeAll, expect, test } from 'vitest';
import { startTestControlPlane, type TestControlPlane } from '../support/control-plane.ts';

let admin: TestControlPlane;
beforeAll(async () => {
  admin = await startTestControlPlane();
});
afterAll(() => admin?.close());

test('the audit log is filtered by who and what, and verified where it is read', async () => {
  const drop = (await admin.createDrop()).body.id;
  await admin.call('POST', `/api/v1/drops/${drop}/pause`);
  const { body } = await admin.call('GET', '/api/v1/audit?act=drop.');
  expect(body.entries.map(({ act }: { act: string }) => act)).toEqual(['drop.pause', 'drop.create']);
  const { actor } = body.entries[0];
  const one = await admin.call('GET', `/api/v1/audit?act=drop.pause&actor=${actor}&drop=${drop}`);
  expect(one.body.entries).toHaveLength(1);
  expect((await admin.call('GET', '/api/v1/audit?drop=another')).body.entries).toEqual([]);
  expect((await admin.call('GET', '/api/v1/audit?actor=nobody')).body.entries).toEqual([]);
  expect((await admin.call('GET', '/api/v1/audit?act=%25')).status).toBe(400);
  const verified = await admin.call('GET', '/api/v1/audit/verification');
  expect(verified.body).toMatchObject({ isIntact: true, faults: [], entries: expect.any(Number) });
  await admin.database.query('alter table admin.audit disable trigger user');
  await admin.database.query(`update admin.audit set reason = 'a lie' where seq = 1`);
  expect((await admin.call('GET', '/api/v1/audit/verification')).body).toMatchObject({
    isIntact: false,
    faults: [{ seq: 1, kind: 'altered' }],
  });
});
