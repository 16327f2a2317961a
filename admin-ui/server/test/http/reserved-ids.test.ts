import { afterAll, beforeAll, expect, test } from 'vitest';
import {
  anyPlan,
  inSeconds,
  startTestControlPlane,
  type TestControlPlane,
} from '../support/control-plane.ts';

let admin: TestControlPlane;
beforeAll(async () => {
  admin = await startTestControlPlane();
});
afterAll(() => admin?.close());

const refusal = {
  status: 400,
  body: { errors: [{ field: expect.stringMatching(/id$/), reason: expect.stringContaining('rehearsal-') }] },
};

test('nobody makes a drop, a copy, a series or a file of drops with an id that only rehearsals have', async () => {
  const id = 'rehearsal-of-mine';
  const { id: source } = (await admin.createDrop()).body;
  expect(await admin.createDrop({ id })).toMatchObject(refusal);
  expect(
    await admin.call('POST', `/api/v1/drops/${source}/clone`, { id, opensAt: inSeconds(7200) }),
  ).toMatchObject(refusal);
  const { products, page } = anyPlan();
  const series = {
    name: 'Weekly',
    rrule: 'FREQ=WEEKLY',
    startsLocal: '2030-01-03T18:00',
    timeZone: 'UTC',
    ...{ products, page },
  };
  for (const seriesId of ['rehearsal', 'rehearsal-x'])
    expect(await admin.call('POST', '/api/v1/series', { id: seriesId, ...series })).toMatchObject(refusal);
  const file = `drops:\n  - id: ${id}\n    name: x\n    opensAt: ${inSeconds(7200)}\n`;
  const planned = await admin.call('POST', '/api/v1/plan', file, { 'content-type': 'application/yaml' });
  expect(planned.status, planned.text).toBe(400);
  expect(planned.text).toContain('rehearsal-');
});

test('a drop that is named after a rehearsal is none', async () => {
  const made = await admin.createDrop({ id: undefined, name: 'Rehearsal of everything' });
  expect(made).toMatchObject({ status: 201, body: { id: expect.stringMatching(/^a-rehearsal-/) } });
});
