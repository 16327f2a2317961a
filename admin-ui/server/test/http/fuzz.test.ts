import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { times } from '@sluice/service-kit/testing';
import { nastyHeader, nastySegment, nastyValue, spoil } from '@sluice/service-kit/testing/spoil';
import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { ROUTES } from '../../src/contract/access.ts';
import {
  anyPlan,
  inSeconds,
  OPERATOR_KEY,
  startTestControlPlane,
  type TestControlPlane,
} from '../support/control-plane.ts';
import { type Person, startPerson } from '../support/people.ts';

/** In `npm test` 10 requests a route, in `npm run test:long` 200. */
const requestsEach = times(10, 200);
/** More than any request takes on a busy machine: what lasts longer hangs. */
const HANGS_AFTER_MS = 30_000;

interface Schema {
  readonly $ref?: string;
  readonly type?: string;
  readonly enum?: readonly unknown[];
  readonly const?: unknown;
  readonly anyOf?: readonly Schema[];
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly items?: Schema;
  readonly pattern?: string;
  readonly format?: string;
  readonly minimum?: number;
  readonly minLength?: number;
}
interface Parameter {
  readonly in: string;
  readonly name: string;
  readonly schema?: Schema;
}
interface Operation {
  readonly parameters?: readonly Parameter[];
  readonly requestBody?: { readonly content: Readonly<Record<string, { readonly schema?: Schema }>> };
}

const document = JSON.parse(readFileSync(new URL('../../openapi.json', import.meta.url), 'utf8')) as {
  paths: Record<string, Record<string, Operation>>;
  components?: { schemas?: Record<string, Schema> };
};
const OPERATIONS = Object.entries(document.paths).flatMap(([path, operations]) =>
  Object.entries(operations).map(([method, operation]) => ({
    name: `${method.toUpperCase()} ${path}`,
    ...{ method: method.toUpperCase(), path, operation },
    access: ROUTES[`${method.toUpperCase()} ${path.replaceAll(/\{(\w+)\}/g, ':$1')}`],
  })),
);
// Whoever has signed out has nothing more to say.
const IN_ORDER = [...OPERATIONS].sort(
  (a, b) => Number(a.name === 'DELETE /api/v1/session') - Number(b.name === 'DELETE /api/v1/session'),
);

/** What the schema would take, from which the wrong ones are made. */
function sampleOf(schema: Schema | undefined): unknown {
  if (!schema) return undefined;
  if (schema.$ref) return sampleOf(document.components?.schemas?.[schema.$ref.split('/').at(-1) ?? '']);
  if (schema.const !== undefined) return schema.const;
  if (schema.enum) return schema.enum[0];
  if (schema.anyOf) return sampleOf(schema.anyOf[0]);
  switch (schema.type ?? '') {
    case 'object':
      return Object.fromEntries(
        Object.entries(schema.properties ?? {}).map(([name, member]) => [name, sampleOf(member)]),
      );
    case 'array':
      return [sampleOf(schema.items)];
    case 'integer':
    case 'number':
      return Math.max(1, schema.minimum ?? 1);
    case 'boolean':
      return true;
    case 'string':
      if (schema.format === 'date-time') return inSeconds(7200);
      if (schema.pattern)
        return fc.sample(fc.stringMatching(new RegExp(schema.pattern)), { numRuns: 1, seed: 1 })[0];
      return 'x'.repeat(Math.max(1, schema.minLength ?? 1));
    default:
      return null;
  }
}

const nasty = nastyValue([
  ...['2027-03-28T02:30', 'Europe/Berlin', 'Mars/Olympus', 'FREQ=SECONDLY', 'FREQ=YEARLY;COUNT=1e9', '=1+1'],
  ...['http://[::1', 'javascript:alert(1)', 'https://a.example/?x=\u0000', '#zzzzzz', 'a@b', randomUUID()],
]);

const YAML = [
  'drops: [',
  'drops:\n  - &a {id: x, name: *a}',
  '%YAML 9',
  'drops: !!js/function "x"',
  '- - - -',
];
interface Wrong {
  readonly body: { readonly path: number[]; readonly by: unknown } | undefined;
  /** Instead of a body. */
  readonly raw: string | undefined;
  readonly type: string;
  readonly param: string | undefined;
  readonly query: { readonly which: number; readonly by: unknown } | undefined;
  readonly header: string | undefined;
}

const wrongs: fc.Arbitrary<Wrong> = fc.record({
  body: fc.option(fc.record({ path: fc.array(fc.nat(30), { maxLength: 4 }), by: nasty }), {
    nil: undefined,
    freq: 6,
  }),
  raw: fc.option(
    fc.constantFrom(
      '{',
      '[]',
      'null',
      '"x"',
      '',
      '\ufeff{}',
      '{"count":1e999}',
      '\0',
      'sku,name\n=1,2',
      '"',
      ...YAML,
    ),
    { nil: undefined, freq: 6 },
  ),
  type: fc.constantFrom(
    ...(Array(5).fill('application/json') as string[]),
    ...['text/csv', 'application/yaml', 'image/png', 'text/plain', 'application/xml', 'x', ''],
  ),
  param: fc.option(nastySegment(['999999999999']), { nil: undefined, freq: 3 }),
  query: fc.option(fc.record({ which: fc.nat(9), by: nasty }), { nil: undefined, freq: 2 }),
  header: fc.option(nastyHeader(['"1"']), { nil: undefined, freq: 2 }),
});

let admin: TestControlPlane;
let owner: Person;
let drop: string;
beforeAll(async () => {
  admin = await startTestControlPlane();
  owner = await startPerson(admin, 'owner');
  drop = (await admin.createDrop()).body.id;
  const { products, page, admission, name } = anyPlan();
  const series = {
    ...{ id: 'weekly', name, products, page, admission },
    rrule: 'FREQ=WEEKLY',
    openSeconds: 3600,
  };
  const made = await admin.call('POST', '/api/v1/series', {
    ...series,
    startsLocal: '2031-01-02T18:00',
    timeZone: 'Europe/Berlin',
  });
  expect(made.status, made.text).toBe(201);
  await admin.call('POST', `/api/v1/drops/${drop}/codes`, { label: 'guests' });
});
afterAll(() => admin?.close());

let requests = 0;
async function ask({ method, path, access, operation }: (typeof OPERATIONS)[number], wrong: Wrong) {
  const { body, raw, type, param, query, header } = wrong;
  const params: Record<string, string> = { drop, series: 'weekly', batch: '0' };
  const names = [...path.matchAll(/\{(\w+)\}/g)].map(([, one = '']) => one);
  const last = names.at(-1);
  if (param !== undefined && last !== undefined) params[last] = param;
  const asked = operation.parameters?.filter((one) => one.in === 'query') ?? [];
  const spoilt = query && asked[query.which % Math.max(1, asked.length)];
  const search = spoilt ? `?${spoilt.name}=${encodeURIComponent(String(query.by).toWellFormed())}` : '';
  const url = path.replaceAll(/\{(\w+)\}/g, (_, one) => params[one] ?? randomUUID()) + search;
  const sample = sampleOf(Object.values(operation.requestBody?.content ?? {})[0]?.schema);
  const text = raw ?? JSON.stringify(body ? spoil(sample, body.path, body.by) : sample);
  const isSelf = access?.needs === 'sign-in';
  const hasBody = method !== 'GET' && text !== undefined;
  requests++;
  const ending = new AbortController();
  const hanging = setTimeout(() => ending.abort(new Error('no answer')), HANGS_AFTER_MS);
  const sent = `${method} ${url} ${type} ${text}`.slice(0, 800);
  try {
    const response = await fetch(new URL(url, admin.url), {
      method,
      redirect: 'manual',
      signal: ending.signal,
      headers: {
        'x-forwarded-for': `10.1.${(requests >> 8) & 255}.${requests & 255}`,
        'idempotency-key': header ?? randomUUID(),
        ...(header !== undefined && { 'if-match': header }),
        ...(isSelf
          ? {
              origin: new URL(admin.url).origin,
              cookie: [...owner.jar].map((pair) => pair.join('=')).join('; '),
            }
          : { authorization: `Bearer ${OPERATOR_KEY}` }),
        ...(hasBody && type !== '' && { 'content-type': type }),
      },
      ...(hasBody && { body: text }),
    });
    // What is sent for hours is not read to its end.
    const isStream = response.headers.get('content-type')?.startsWith('text/event-stream');
    if (isStream) await response.body?.cancel();
    return {
      ...{ sent, status: response.status, type: response.headers.get('content-type') ?? '' },
      text: isStream ? '' : await response.text(),
    };
  } finally {
    clearTimeout(hanging);
  }
}

test('promise 8: every route is fuzzed', () => {
  expect(OPERATIONS.filter(({ access }) => !access).map(({ name }) => name)).toEqual([]);
  expect(OPERATIONS).toHaveLength(Object.keys(ROUTES).length);
});

test.each(IN_ORDER)(
  'promise 8: whatever is sent to $name, the answer is never a 5xx, and a refusal says field and reason',
  async (one) => {
    // Limits have tests of their own; here they would hide what lies behind them.
    const limits = await admin.redis.keys('*limit*');
    if (limits.length > 0) await admin.redis.del(limits);
    await fc.assert(
      fc.asyncProperty(wrongs, async (wrong) => {
        let answer = await ask(one, wrong);
        // Told to come again, since a store or the checkout was slow: whatever was sent, it is not that for long.
        for (let again = 0; answer.status === 503 && again < 5; again++) answer = await ask(one, wrong);
        const { sent, status, type, text } = answer;
        expect(status, `${sent}\n${text}`).toBeLessThan(500);
        if (status < 400) return;
        expect(type, `${sent}\n${text}`).toMatch(/^application\/problem\+json/);
        if (status !== 400) return;
        const { errors = [] } = JSON.parse(text) as {
          errors?: { field?: string; reason?: string; code?: string }[];
        };
        expect(errors.length, `${sent}\n${text}`).toBeGreaterThan(0);
        for (const { field, reason, code } of errors) {
          expect([typeof field, typeof reason], `${sent}\n${text}`).toEqual(['string', 'string']);
          // An address that is none comes to no route, and nobody types one in a form.
          if (field !== 'path') expect(typeof code, `${sent}\n${text}`).toBe('string');
        }
      }),
      { numRuns: requestsEach, endOnFailure: true },
    );
  },
  120_000,
);
