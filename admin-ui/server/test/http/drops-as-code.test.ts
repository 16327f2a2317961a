import { whileLocked } from '@sluice/service-kit/testing';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { parse, stringify } from 'yaml';
import {
  type Answer,
  anyDrop,
  inSeconds,
  OPERATOR_KEY,
  send,
  startTestControlPlane,
  type TestControlPlane,
} from '../support/control-plane.ts';

let admin: TestControlPlane;
beforeAll(async () => {
  admin = await startTestControlPlane();
});
afterAll(() => admin?.close());

const problem = (status: number, type: string) => ({
  status,
  body: { type: expect.stringMatching(new RegExp(`/${type}$`)) },
});

function post(path: string, text: string, type = 'application/yaml'): Promise<Answer> {
  const headers = { authorization: `Bearer ${OPERATOR_KEY}`, 'content-type': type };
  return send(admin.url, 'POST', path, { body: text, headers });
}
const plan = (drops: unknown[]) => post('/api/v1/plan', stringify({ version: 1, drops }));
const apply = (drops: unknown[], query = '') =>
  post(`/api/v1/apply${query}`, stringify({ version: 1, drops }));
const exported = async () => parse((await admin.call('GET', '/api/v1/export')).text);

const anyFile = (more: object = {}) => ({
  id: anyDrop(),
  name: 'Aurora Low',
  opensAt: inSeconds(7200),
  page: { returnOrigins: ['https://shop.example'] },
  products: [{ sku: 'low-41', name: 'Size 41', priceMinor: 12_900, stock: 60 }],
  ...more,
});

test('what an export says, planned again, changes nothing, whatever the drops are doing', async () => {
  await admin.createDrop();
  const open = await admin.createDrop({ opensAt: inSeconds(0), admission: { lobbySeconds: 0 } });
  const ramped = await admin.createDrop({ opensAt: inSeconds(600) });
  await admin.call('POST', `/api/v1/drops/${ramped.body.id}/rate`, {
    to: 350,
    rampSeconds: 600,
    confirm: true,
  });
  await admin.call('POST', `/api/v1/drops/${open.body.id}/close`, { confirm: true });
  const file = await exported();
  expect(file.drops.length).toBeGreaterThanOrEqual(3);
  const { body } = await post('/api/v1/plan', stringify(file));
  expect(body.changes.filter(({ action }: { action: string }) => action !== 'none')).toEqual([]);
  const applied = await post('/api/v1/apply', stringify(file));
  expect(applied).toMatchObject({ status: 200, body: { applied: [] } });
  expect((await admin.call('GET', `/api/v1/drops/${ramped.body.id}`)).body.ramp).not.toBeNull();
});

test('a file makes drops and changes them, as planned, each as an act of its own', async () => {
  const [first, second] = [anyFile({ admission: { ratePerMinute: 60 } }), anyFile()];
  const planned = await plan([first, second]);
  expect(planned).toMatchObject({
    status: 200,
    body: {
      summary: '2 to create, 0 to change, 0 as they are, 0 refused',
      digest: expect.stringMatching(/^[0-9a-f]{64}$/),
    },
  });
  expect((await admin.call('GET', `/api/v1/drops/${first.id}`)).status).toBe(404);
  expect(await apply([first, second], `?digest=${planned.body.digest}`)).toMatchObject({
    status: 200,
    body: { applied: [first.id, second.id] },
  });
  const changed = {
    ...first,
    name: 'Aurora High',
    admission: { ratePerMinute: 90 },
    page: { message: { de: 'Gleich' } },
  };
  const { body } = await plan([changed, second]);
  expect(body).toMatchObject({ summary: '0 to create, 1 to change, 1 as they are, 0 refused' });
  expect(body.changes[0].fields).toEqual(
    expect.arrayContaining([
      { field: 'name', from: 'Aurora Low', to: 'Aurora High' },
      { field: 'admission.ratePerMinute', from: 60, to: 90 },
    ]),
  );
  expect((await apply([changed, second])).body.applied).toEqual([first.id]);
  const now = (await admin.call('GET', `/api/v1/drops/${first.id}`)).body;
  expect(now).toMatchObject({
    name: 'Aurora High',
    admission: { ratePerMinute: 90 },
    page: { message: { de: 'Gleich' } },
    policyVersion: 2,
  });
  const { entries } = (await admin.call('GET', `/api/v1/drops/${first.id}/acts`)).body;
  expect(entries.map(({ act }: { act: string }) => act)).toEqual(['plan.apply', 'drop.create']);
});

test('a plan that was looked at is applied, and no other', async () => {
  const file = anyFile();
  await apply([file]);
  const wanted = { ...file, name: 'Another name' };
  const { body } = await plan([wanted]);
  await admin.call('PATCH', `/api/v1/drops/${file.id}`, { name: 'Somebody was faster' });
  expect(await apply([wanted], `?digest=${body.digest}`)).toMatchObject(problem(409, 'plan-changed'));
  expect((await admin.call('GET', `/api/v1/drops/${file.id}`)).body.name).toBe('Somebody was faster');
});

test('nothing of a file is done when any of it is refused', async () => {
  const [good, closed] = [anyFile(), anyFile()];
  await apply([closed]);
  await admin.call('POST', `/api/v1/drops/${closed.id}/close`, { confirm: true });
  for (const [bad, says] of [
    [{ ...closed, name: 'Back again' }, 'closed'],
    [{ ...closed, currency: 'USD' }, 'currency'],
    [{ ...closed, products: [] }, 'stock movements'],
    [anyFile({ opensAt: inSeconds(-7200) }), 'past'],
    [anyFile({ products: [] }), 'at least one product'],
    [anyFile({ page: {} }), 'must name the shop'],
  ] as const) {
    const answer = await apply([good, bad]);
    expect(answer, says).toMatchObject(problem(409, 'plan-refused'));
    expect(answer.body.detail).toContain(says);
  }
  expect((await admin.call('GET', `/api/v1/drops/${good.id}`)).status).toBe(404);
});

test('large changes of a drop that people stand in are asked about first', async () => {
  const file = anyFile({ opensAt: inSeconds(600), admission: { ratePerMinute: 60 } });
  await apply([file]);
  const wanted = { ...file, admission: { ratePerMinute: 6000 } };
  expect((await plan([wanted])).body.changes[0].dangers).toEqual(['The rate goes from 60 to 6000 a minute.']);
  expect(await apply([wanted])).toMatchObject(problem(409, 'confirmation-required'));
  expect((await apply([wanted], '?confirm=true')).status).toBe(200);
});

test('what is wrong with a file is told with its place; unknown fields are refused', async () => {
  const good = anyFile();
  for (const [text, field, says] of [
    [
      stringify({ version: 1, drops: [{ ...good, colour: 'red' }] }),
      'body.drops.0.colour',
      'not a known field',
    ],
    [
      stringify({ version: 1, drops: [good, { ...anyFile(), admission: { rate: 60 } }] }),
      'body.drops.1.admission.rate',
      'not a known field',
    ],
    [stringify({ version: 2, drops: [] }), 'body.version', ''],
    [stringify({ drops: [] }), 'body.version', 'must be given'],
    [stringify({ version: 1, drops: [good, good] }), 'body.drops.1.id', 'stated twice'],
    [
      stringify({ version: 1, drops: [{ ...good, page: { returnOrigins: ['nowhere'] } }] }),
      'body.drops.0.page.returnOrigins.0',
      'origin',
    ],
    ['version: 1\ndrops: [\n', 'body', ''],
    ['version: 1\nversion: 1\ndrops: []\n', 'body', 'has "version" twice: again in line 2'],
    [
      `a: &a [x,x,x,x,x,x,x,x,x]\n${Array.from({ length: 9 }, (_, at) => `${String.fromCharCode(98 + at)}: &${String.fromCharCode(98 + at)} [${Array.from({ length: 9 }, () => `*${String.fromCharCode(97 + at)}`)}]`).join('\n')}\n`,
      'body',
      'too often',
    ],
    ['just a text', 'body', ''],
    ['version: 1\ndrops:\n  - &a {id: x, name: *a}\n', 'body', 'refers to itself'],
  ] as const) {
    const answer = await post('/api/v1/plan', text);
    expect(answer, text.slice(0, 100)).toMatchObject({ status: 400 });
    const found = answer.body.errors.find((error: { field: string }) => error.field === field);
    expect(found?.reason, answer.text).toContain(says);
  }
  expect((await post('/api/v1/plan', '<x/>', 'application/xml')).status).toBe(415);
});

test('products go out as CSV and come in again, and no cell is a formula', async () => {
  const products = [
    { sku: 'low-41', name: "=cmd|' /C calc'!A0", priceMinor: 12_900, stock: 60 },
    { sku: 'low-42', name: '-1 "quoted", and, commas', priceMinor: 0, stock: 0 },
    { sku: 'low-43', name: '@SUM(A1)', priceMinor: 1, stock: 1 },
  ];
  const { body } = await admin.createDrop({ products });
  const out = await admin.call('GET', `/api/v1/drops/${body.id}/products`);
  expect(out.headers.get('content-type')).toContain('text/csv');
  const cells = out.text
    .split('\n')
    .flatMap((line) => line.split(','))
    .map((cell) => cell.replace(/^"/, ''));
  expect(cells.filter((cell) => /^[=+\-@]/.test(cell))).toEqual([]);
  const read = await post('/api/v1/products', out.text, 'text/csv');
  expect(read).toMatchObject({ status: 200, body: { products } });
  for (const [text, field] of [
    ['sku,name,priceMinor\na,b,1\n', 'line.1'],
    ['sku,name,priceMinor,stock,colour\na,b,1,1,red\n', 'line.1'],
    ['sku,name,priceMinor,stock\na,b,1.5,1\n', 'line.2.priceMinor'],
    ['sku,name,priceMinor,stock\na,b,1,1\nc,d,1,-1\n', 'line.3.stock'],
    ['sku,name,priceMinor,stock\na,b\n', 'line.2'],
    ['sku,name,priceMinor,stock\n"a,b,1,1\n', 'line.2'],
  ] as const)
    expect(await post('/api/v1/products', text, 'text/csv'), text).toMatchObject({
      status: 400,
      body: { errors: expect.arrayContaining([expect.objectContaining({ field })]) },
    });
  expect((await admin.call('GET', '/api/v1/drops/no-such-drop/products')).status).toBe(404);
});

test('4.3: series are in the file: made, changed, planned to change nothing, and refused where they are what they are for good', async () => {
  const id = `nightly-${anyDrop().slice(-6)}`;
  const startsLocal = new Date(Date.now() + 86_400_000).toISOString().slice(0, 16);
  const series = {
    ...{
      id,
      name: 'Nightly',
      rrule: 'FREQ=DAILY',
      startsLocal,
      timeZone: 'UTC',
      aheadDays: 2,
      openSeconds: 600,
    },
    page: anyFile().page,
    products: anyFile().products,
    access: { codeRequired: true },
  };
  const send = (path: string, list: object[]) =>
    post(`/api/v1/${path}`, stringify({ version: 1, drops: [], series: list }));
  const planned = await send('plan', [series]);
  expect(planned.body).toMatchObject({
    summary: '1 to create, 0 to change, 0 as they are, 0 refused',
    series: [{ series: id, action: 'create' }],
  });
  const applied = await send('apply', [series]);
  expect(applied).toMatchObject({ status: 200, body: { applied: [id] } });
  const made = (await admin.call('GET', `/api/v1/series/${id}`)).body.next[0].drop;
  expect((await admin.call('GET', `/api/v1/drops/${made}`)).body).toMatchObject({
    ...{ name: 'Nightly', access: { codeRequired: true }, series: { id } },
  });

  // What the export says changes nothing.
  const file = await exported();
  const again = await post('/api/v1/plan', stringify(file));
  expect(again.body.series.map(({ action }: { action: string }) => action)).toEqual(
    file.series.map(() => 'none'),
  );
  expect(again.body.changes.every(({ action }: { action: string }) => action === 'none')).toBe(true);

  const changed = { ...series, admission: { ratePerMinute: 77 }, name: 'Late night' };
  expect((await send('plan', [changed])).body.series[0]).toMatchObject({
    action: 'change',
    fields: expect.arrayContaining([
      { field: 'name', from: 'Nightly', to: 'Late night' },
      { field: 'admission.ratePerMinute', from: 300, to: 77 },
    ]),
  });
  expect((await send('apply', [changed])).body.applied).toEqual([id]);
  expect((await admin.call('GET', `/api/v1/drops/${made}`)).body).toMatchObject({
    ...{ name: 'Late night', admission: { ratePerMinute: 77 } },
  });

  const other = await send('apply', [{ ...changed, rrule: 'FREQ=WEEKLY' }]);
  expect(other).toMatchObject(problem(409, 'plan-refused'));
  expect(other.body.detail).toContain('rrule is what it is for good');
  await admin.call('POST', `/api/v1/series/${id}/end`, {});
  expect((await send('plan', [{ ...changed, name: 'x' }])).body.series[0].refusals).toEqual([
    'it has ended; make another series',
  ]);
});

test('promise 8: what is wrong with a series of a file is named, and nothing of the file is done', async () => {
  const startsLocal = new Date(Date.now() + 86_400_000).toISOString().slice(0, 16);
  const series = { id: 'wrong', name: 'x', rrule: 'FREQ=SOMETIMES', startsLocal, timeZone: 'UTC' };
  const send = (list: unknown) => post('/api/v1/apply', stringify({ version: 1, drops: [], series: list }));
  const refused = await send([series]);
  expect(refused).toMatchObject(problem(409, 'plan-refused'));
  expect(refused.body.detail).toMatch(/wrong: .*rrule/);
  expect(await send([{ ...series, nonsense: 1 }])).toMatchObject(problem(400, 'invalid-request'));
  expect(await send([series, series])).toMatchObject(problem(400, 'invalid-request'));
  expect((await admin.call('GET', '/api/v1/series/wrong')).status).toBe(404);
});

test('4.3: codes are declared in a file by label, made once, told in that answer alone, and in no file', async () => {
  const codes = [
    { label: 'guests', count: 3, usesMax: 2 },
    { label: 'press', kind: 'bypass' },
  ];
  const file = anyFile({ access: { codeRequired: true }, codes });
  const planned = await plan([file]);
  expect(planned).toMatchObject({ status: 200, body: { changes: [{ action: 'create' }] } });
  const made = await apply([file], `?digest=${planned.body.digest}`);
  expect(made, made.text).toMatchObject({
    status: 200,
    body: { applied: [file.id], codes: [{ label: 'guests' }, { label: 'press', kind: 'bypass' }] },
  });
  const [guests, press] = made.body.codes;
  expect([guests.codes.length, new Set([...guests.codes, ...press.codes]).size]).toEqual([3, 4]);
  const told = await admin.call('GET', `/api/v1/drops/${file.id}/codes`);
  expect(told.body.batches).toMatchObject([
    { label: 'press', kind: 'bypass', count: 1, usesMax: 1 },
    { label: 'guests', kind: 'access', count: 3, usesMax: 2 },
  ]);
  expect(await apply([file])).toMatchObject({ status: 200, body: { applied: [], codes: [] } });

  // One more batch is a change of its own; a word and a batch that was withdrawn are in no file.
  const more = { ...file, codes: [...codes, { label: 'late', count: 2 }] };
  expect((await plan([more])).body.changes[0]).toMatchObject({
    action: 'change',
    fields: [{ field: 'codes.late', from: null, to: { kind: 'access', count: 2, usesMax: 1 } }],
  });
  expect((await apply([more])).body.codes).toMatchObject([{ drop: file.id, label: 'late' }]);
  const word = { label: 'friends', word: 'open sesame' };
  expect((await admin.call('POST', `/api/v1/drops/${file.id}/codes`, word)).status).toBe(201);
  expect((await admin.call('POST', `/api/v1/drops/${file.id}/codes/2/revocation`, {})).status).toBe(200);
  const out = await admin.call('GET', '/api/v1/export');
  for (const code of guests.codes) expect(out.text).not.toContain(code);
  const own = parse(out.text).drops.find(({ id }: { id: string }) => id === file.id);
  expect(own.codes).toEqual([
    { label: 'guests', kind: 'access', count: 3, usesMax: 2 },
    { label: 'press', kind: 'bypass', count: 1, usesMax: 1 },
  ]);
  expect((await plan([own])).body.changes[0].action).toBe('none');

  // What was sent out can not be made another.
  const other = await apply([{ ...file, codes: [{ label: 'guests', count: 4, usesMax: 2 }] }]);
  expect(other).toMatchObject(problem(409, 'plan-refused'));
  expect(other.body.detail).toContain('codes "guests"');
});

test('4.3: of one file that is applied twice at once codes are made once', async () => {
  const file = anyFile();
  await apply([file]);
  const wanted = { ...file, codes: [{ label: 'guests', count: 3 }] };
  const answers = await whileLocked(
    admin.database,
    ['select from admin.drops where drop_id = $1 for no key update', [file.id]],
    () => [apply([wanted]), apply([wanted])],
  );
  expect(answers.map(({ status }) => status)).toContain(200);
  for (const answer of answers)
    if (answer.status !== 200) expect(answer).toMatchObject(problem(409, 'plan-changed'));
  const { batches } = (await admin.call('GET', `/api/v1/drops/${file.id}/codes`)).body;
  expect(batches).toMatchObject([{ label: 'guests', count: 3 }]);
});

test('promise 8: codes of a file with a fault are refused with their place, and a code can stand in none', async () => {
  for (const [codes, field] of [
    [[{ label: 'a', code: 'ZRAF-TS8G-1XWF-836B' }], 'codes.0.code'],
    [[{ label: 'a', word: 'open sesame' }], 'codes.0.word'],
    [[{ count: 2 }], 'codes.0.label'],
    [[{ label: 'a', count: 0 }], 'codes.0.count'],
    [[{ label: 'a', usesMax: 0 }], 'codes.0.usesMax'],
    [[{ label: 'a', kind: 'vip' }], 'codes.0.kind'],
    [[{ label: 'a' }, { label: 'a', kind: 'access' }], 'codes.1.label'],
    ['many', 'codes'],
  ] as const) {
    const answer = await plan([anyFile({ codes })]);
    expect(answer, JSON.stringify(codes)).toMatchObject(problem(400, 'invalid-request'));
    const fields = answer.body.errors.map((error: { field: string }) => error.field);
    expect(fields).toContain(`body.drops.0.${field}`);
  }
  const half = [{ label: 'a', count: 30_000 }];
  const both = await plan([anyFile({ codes: half }), anyFile({ codes: half })]);
  expect(both.body.errors).toMatchObject([{ field: 'body.drops', code: 'codes-many' }]);
});

test('4.3: faults of a file in YAML say on which line, also of what is missing or unknown; JSON has no lines', async () => {
  const text = [
    'version: 2',
    'drops:',
    '  - id: fine',
    '    opensAt: soon',
    '    nme: Aurora',
    '    admission:',
    '      ratePerMinute: -1',
    'extra: 1',
  ].join('\n');
  const { status, body } = await post('/api/v1/plan', text);
  expect(status).toBe(400);
  const lines = Object.fromEntries(
    body.errors.map(({ field, reason, line }: Record<string, unknown>) => [field, [line, reason]]),
  );
  expect(lines).toMatchObject({
    'body.version': [1, 'must be exactly 1'],
    'body.drops.0.name': [3, 'must be given'],
    'body.drops.0.opensAt': [4, expect.any(String)],
    'body.drops.0.nme': [5, 'is not a known field'],
    'body.drops.0.admission.ratePerMinute': [7, 'must be >= 0'],
    'body.extra': [8, 'is not a known field'],
  });
  const json = await post('/api/v1/plan', '{"version": 2, "drops": []}', 'application/json');
  expect(json.body.errors).toEqual([
    { field: 'body.version', reason: 'must be exactly 1', code: 'exactly', values: { value: '1' } },
  ]);
});

test('4.3: a query that is mistyped applies nothing', async () => {
  const file = anyFile();
  expect(await apply([file], `?dgest=${'0'.repeat(64)}`)).toMatchObject({
    ...problem(400, 'invalid-request'),
    body: { errors: [{ field: 'querystring.dgest', reason: 'is not a known field' }] },
  });
  expect((await admin.call('GET', `/api/v1/drops/${file.id}`)).status).toBe(404);
});

test('4.3: why a plan refuses something, and what it asks about, is said by codes too', async () => {
  const id = anyDrop();
  await admin.createDrop({ id, opensAt: inSeconds(0), admission: { lobbySeconds: 0 } });
  const file = { id, name: 'Aurora Low', opensAt: inSeconds(0), admission: { ratePerMinute: 3000 } };
  const open = await plan([{ ...file, opensAt: undefined }]);
  expect(open.body.changes[0]).toMatchObject({
    ...{ action: 'change', refusals: [], refusalCodes: [] },
    dangerCodes: [{ code: 'rate', values: { from: '300', to: '3000' } }],
  });
  const products = [{ sku: 'other', name: 'x', priceMinor: 1, stock: 1 }];
  const past = anyFile({ opensAt: '2020-01-01T00:00:00Z' });
  const refused = await plan([{ ...file, opensAt: undefined, currency: 'USD', products }, past]);
  expect(refused.body.changes.map(({ refusalCodes }: Record<string, unknown>) => refusalCodes)).toMatchObject(
    [
      [
        { of: 'refusal', code: 'currency-fixed', field: null, values: { currency: 'EUR' } },
        { of: 'refusal', code: 'products-fixed', field: null, values: {} },
      ],
      [{ of: 'reason', code: 'past', field: 'opensAt', values: {} }],
    ],
  );
});
