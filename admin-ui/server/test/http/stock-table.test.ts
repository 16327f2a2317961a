import { afterAll, beforeAll, expect, test } from 'vitest';
import {
  OPERATOR_KEY,
  send,
  startTestControlPlane,
  type TestControlPlane,
} from '../support/control-plane.ts';

let admin: TestControlPlane;
let drop: string;
beforeAll(async () => {
  admin = await startTestControlPlane();
  drop = (await admin.createDrop()).body.id;
});
afterAll(() => admin?.close());

/** Tables are limited to a few a minute of one operator: who sends many is several. */
async function anOperator(): Promise<string> {
  const { body } = await admin.call('POST', '/api/v1/keys', { name: 'a desk', scopes: ['stock.move'] });
  return body.key;
}

const table = (
  text: string,
  { key = 'a-table', query = '', type = 'text/csv', operator = OPERATOR_KEY } = {},
) =>
  send(admin.url, 'POST', `/api/v1/drops/${drop}/stock/table${query}`, {
    body: text,
    headers: {
      authorization: `Bearer ${operator}`,
      'content-type': type,
      ...(key && { 'idempotency-key': key }),
    },
  });

const totals = async () => {
  const { body } = await admin.call('GET', `/api/v1/drops/${drop}/stock`);
  return Object.fromEntries(
    body.products.map(({ sku, total }: { sku: string; total: number }) => [sku, total]),
  );
};

test('4.3: stock goes out as CSV and movements come in; the same table under the same key counts once', async () => {
  const out = await admin.call('GET', `/api/v1/drops/${drop}/stock/table`);
  expect(out.headers.get('content-type')).toContain('text/csv');
  expect(out.text).toBe('sku,initial,available,held,sold,total\nlow-41,60,60,0,0,60\nlow-42,80,80,0,0,80\n');
  // As a spreadsheet gives it: a mark, carriage returns, quoted cells, an apostrophe before what it would run.
  const text =
    '\ufeffsku,delta,reason\r\nlow-41,"+20","found, behind the door"\r\nlow-42,-5,\'=broken\r\n\r\n';
  const answers = [await table(text), await table(text)];
  for (const { status, body } of answers) {
    expect(status).toBe(200);
    expect(body).toMatchObject({
      moved: [
        { line: 2, sku: 'low-41', delta: 20 },
        { line: 3, delta: -5 },
      ],
      failed: [],
    });
  }
  expect(answers[1]?.body.moved).toEqual(answers[0]?.body.moved);
  expect(await totals()).toEqual({ 'low-41': 80, 'low-42': 75 });
  const { body: acts } = await admin.call('GET', `/api/v1/drops/${drop}/acts`);
  const moved = acts.entries.filter(({ act }: { act: string }) => act === 'stock.moved');
  expect(moved.map(({ reason }: { reason: string }) => reason)).toEqual([
    '=broken',
    'found, behind the door',
  ]);
});

test('4.3: what can not be moved any more is told by line, and the rest is moved', async () => {
  const before = await totals();
  const answer = await table('sku,delta,reason\nlow-41,1,in\nlow-42,-90000,all of it\n', { key: 'too-much' });
  expect(answer.body).toMatchObject({
    moved: [{ line: 2 }],
    failed: [{ line: 3, sku: 'low-42', type: 'not-enough-stock' }],
  });
  expect(await totals()).toEqual({ ...before, 'low-41': before['low-41'] + 1 });
});

test('4.3: a table with a large movement is asked about as a whole, before anything is moved', async () => {
  const before = await totals();
  const text = 'sku,delta,reason\nlow-41,1,in\nlow-42,5000,a truck\n';
  const asked = await table(text, { key: 'large' });
  expect(asked).toMatchObject({
    status: 409,
    body: { type: expect.stringMatching(/confirmation-required$/) },
  });
  expect(asked.text).toContain('Line 3');
  expect(await totals()).toEqual(before);
  expect((await table(text, { key: 'large', query: '?confirm=true' })).body.moved).toHaveLength(2);
});

test('promise 8: a table that is wrong anywhere is refused by line, and moves nothing', async () => {
  const before = await totals();
  const wrong: [string, string, string][] = [
    ['sku,delta\nlow-41,1\n', 'line.1', 'must name the column reason once'],
    ['sku,delta,reason,price\nlow-41,1,x,2\n', 'line.1', 'names an unknown column price'],
    ['sku,delta,reason\n', 'line.1', 'is followed by no movement'],
    ['sku,delta,reason\nlow-41,1,x\nhigh-1,1,x\n', 'line.3.sku', 'is no SKU of this drop'],
    ['sku,delta,reason\nlow-41,1.5,x\n', 'line.2.delta', 'must be a whole number, like 20 or -5'],
    ['sku,delta,reason\nlow-41,1e9,x\n', 'line.2.delta', 'must be a whole number, like 20 or -5'],
    ['sku,delta,reason\nlow-41,0,x\n', 'line.2.delta', 'must not be 0'],
    ['sku,delta,reason\nlow-41,1,\n', 'line.2.reason', 'must have 1 to 200 characters'],
    ['sku,delta,reason\nlow-41,1\n', 'line.2', 'must have 3 cells, as the first line, and has 2'],
    ['sku,delta,reason\nlow-41,1,"x\n', 'line.2', 'begins a quoted cell that does not end'],
    ['', 'line.1', 'must name the column sku once'],
    [`sku,delta,reason\n${'low-41,1,x\n'.repeat(501)}`, 'body', 'must have at most 500 movements'],
  ];
  for (const [text, field, reason] of wrong) {
    const answer = await table(text, { key: 'wrong', operator: await anOperator() });
    expect(answer.status, `${text.slice(0, 60)} ${answer.text}`).toBe(400);
    expect(answer.body.errors).toContainEqual(expect.objectContaining({ field, reason }));
  }
  const operator = await anOperator();
  expect((await table('sku,delta,reason\nlow-41,1,x\n', { key: '', operator })).status).toBe(400);
  expect((await table('{}', { type: 'application/json', operator })).status).toBe(400);
  expect(await totals()).toEqual(before);
});
