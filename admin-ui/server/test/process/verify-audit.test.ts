import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { waitUntil } from '@sluice/service-kit/testing';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { verifyAudit } from '../../src/acts/verify-audit.ts';
import { createAuditKeys } from '../../src/domain/audit-keys.ts';
import { readHeads } from '../../src/store/audit-heads.ts';
import { createAuditLog } from '../../src/store/audit-log.ts';
import { createDatabase } from '../../src/store/database.ts';
import {
  OPERATOR_KEY,
  SEED_KEY,
  send,
  startTestControlPlane,
  type TestControlPlane,
} from '../support/control-plane.ts';

const command = fileURLToPath(new URL('../../src/verify-audit.ts', import.meta.url));

let admin: TestControlPlane;
let folder: string;
let heads: string;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'sluice-audit-'));
  heads = join(folder, 'heads.jsonl');
  admin = await startTestControlPlane();
  const { body } = await admin.createDrop();
  for (const name of ['pause', 'resume', 'drain', 'resume', 'pause'])
    await admin.call('POST', `/api/v1/drops/${body.id}/${name}`, { reason: `because of ${name}` });
  // An instance notes the end as soon as it has started, and each minute from then on: this one must not sign what is tampered with.
  const noting = await admin.another({ AUDIT_HEADS_FILE: heads, INSTANCE_ID: 'noting' });
  await waitUntil(() => readFileSync(heads, 'utf8').includes('"seq":6'));
  await noting.close();
});
afterAll(async () => {
  await admin?.close();
  rmSync(folder, { recursive: true, force: true });
});

/** The command as it is shipped, in a process of its own. */
function run(environment: Record<string, string> = {}): Promise<{ code: number; said: string }> {
  const env = {
    PATH: process.env.PATH,
    DATABASE_URL: admin.databaseUrl,
    SEED_KEY,
    AUDIT_HEADS_FILE: heads,
    ...environment,
  };
  return new Promise((resolve) => {
    execFile(process.execPath, [command], { env }, (error, stdout, stderr) =>
      resolve({ code: Number(error?.code ?? 0), said: stdout + stderr }),
    );
  });
}

/** What the command finds, asked without a process. */
async function found(file: string | null = heads, secret = SEED_KEY): Promise<string[]> {
  const keys = createAuditKeys(secret);
  const audit = createAuditLog(createDatabase(admin.database), keys);
  const { faults } = await verifyAudit(audit, keys, file === null ? [] : await readHeads(file));
  return faults.map(({ kind }) => kind);
}

/** What whoever rules the database can do: everything. Undone afterwards. */
async function tampered(statements: string[], during: () => Promise<void>): Promise<void> {
  const client = await admin.database.connect();
  try {
    await client.query(
      `create table kept as table admin.audit; create table kept_head as table admin.audit_head`,
    );
    await client.query('set session_replication_role = replica');
    for (const statement of statements) await client.query(statement);
    await during();
    await client.query(`delete from admin.audit; insert into admin.audit table kept`);
    await client.query(`delete from admin.audit_head; insert into admin.audit_head table kept_head`);
    await client.query('set session_replication_role = default; drop table kept, kept_head');
  } finally {
    client.release();
  }
}

test('the command says of an untouched log that it is intact, of a broken one what was done, and exits accordingly', async () => {
  expect(await run()).toEqual({
    code: 0,
    said: expect.stringMatching(/^6 entries, \d+ signed heads: intact\n$/),
  });
  await tampered(['delete from admin.audit where seq = 3'], async () => {
    expect(await run()).toEqual({
      code: 1,
      said: expect.stringContaining('entry 4: missing: entries 3 to 3 are gone'),
    });
  });
}, 60_000);

const DELETE_LAST = [
  'delete from admin.audit where seq > 4',
  'update admin.audit_head set seq = 4, hash = (select hash from admin.audit where seq = 4)',
];
const TAMPERINGS: Record<string, [string[], string]> = {
  edited: [[`update admin.audit set reason = 'another' where seq = 3`], 'altered'],
  'edited by who signs': [
    [`update admin.audit set actor = 'operator-key 00000000' where seq = 1`],
    'altered',
  ],
  removed: [['delete from admin.audit where seq = 3'], 'missing'],
  'removed and closed up': [
    [
      'delete from admin.audit where seq = 3',
      'update admin.audit set seq = -seq where seq > 3',
      'update admin.audit set seq = -seq - 1 where seq < 0',
    ],
    'altered',
  ],
  inserted: [
    [
      'update admin.audit set seq = -seq where seq > 3',
      'update admin.audit set seq = -seq + 1 where seq < 0',
      `insert into admin.audit select 4, at, actor, act, drop_id, before, after, 'planted', hash, seal from admin.audit where seq = 3`,
      'update admin.audit_head set seq = 7',
    ],
    'altered',
  ],
  swapped: [
    [
      'update admin.audit set seq = -3 where seq = 3',
      'update admin.audit set seq = 3 where seq = 4',
      'update admin.audit set seq = 4 where seq = -3',
    ],
    'altered',
  ],
  truncated: [DELETE_LAST, 'cut-off'],
  'truncated to nothing': [
    ['delete from admin.audit', `update admin.audit_head set seq = 0, hash = sha256('sluice audit')`],
    'cut-off',
  ],
};
for (const [kind, [statements, expected]] of Object.entries(TAMPERINGS)) {
  test(`a log that was ${kind} by whoever rules the database is found out`, async () => {
    await tampered(statements, async () => expect(await found()).toContain(expected));
    expect(await found()).toEqual([]);
  });
}

test('the signed heads are what tells of a log cut off cleanly; one that was planted is found itself', async () => {
  await tampered(DELETE_LAST, async () => {
    expect(await found(null)).toEqual([]);
    expect(await found()).toEqual(['cut-off']);
  });
  const planted = join(folder, 'planted.jsonl');
  const line = JSON.parse(readFileSync(heads, 'utf8').split('\n')[0] ?? '');
  writeFileSync(planted, `${JSON.stringify({ ...line, seq: 2 })}\nnot json\n`);
  expect(await found(planted)).toEqual(['head-not-signed', 'head-not-signed']);
});

test('with another key nothing is believed; without a database or heads it says that it could not check', async () => {
  const otherKey = Buffer.alloc(32, 9).toString('base64url');
  expect(new Set(await found(heads, otherKey))).toEqual(new Set(['head-not-signed', 'not-sealed']));
  expect((await run({ AUDIT_HEADS_FILE: join(folder, 'none') })).code).toBe(2);
  const { code, said } = await run({ DATABASE_URL: '', SEED_KEY: 'x' });
  expect(code).toBe(2);
  expect(said).toMatch(/DATABASE_URL: /);
  expect(said).toMatch(/SEED_KEY: /);
  expect((await run({ DATABASE_URL: 'postgres://127.0.0.1:1/x' })).code).toBe(2);
}, 60_000);

test('the log can be taken away as JSON Lines, whole or from where one was', async () => {
  const whole = await admin.call('GET', '/api/v1/audit/export');
  expect(whole.headers.get('content-type')).toContain('application/x-ndjson');
  const entries = whole.text
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line));
  expect(entries.map(({ seq }) => seq)).toEqual([1, 2, 3, 4, 5, 6]);
  expect(entries[1]).toMatchObject({
    act: 'drop.pause',
    reason: 'because of pause',
    hash: expect.stringMatching(/^[0-9a-f]{64}$/),
  });
  const rest = await admin.call('GET', '/api/v1/audit/export?after=5');
  expect(rest.text.trimEnd().split('\n')).toHaveLength(1);
  const fitting = await admin.call('GET', '/api/v1/audit/export?act=drop.&after=1');
  const acts = fitting.text.split('\n').flatMap((line) => (line ? [JSON.parse(line)] : []));
  expect(acts.length).toBeGreaterThan(0);
  for (const { act, seq } of acts) expect([act.startsWith('drop.'), seq > 1]).toEqual([true, true]);
  expect((await admin.call('GET', '/api/v1/audit/export?actor=nobody')).text).toBe('');
  expect((await admin.call('GET', '/api/v1/audit/export?after=6')).text).toBe('');
  expect((await admin.call('GET', '/api/v1/audit?limit=2')).body).toMatchObject({
    entries: [{ seq: 6 }, { seq: 5 }],
    next: 5,
  });
  for (const path of ['/api/v1/audit', '/api/v1/audit/export'])
    expect((await send(admin.url, 'GET', path)).status).toBe(401);
  expect((await admin.call('GET', '/api/v1/audit/export?after=-1')).status).toBe(400);
});

test('refused keys are one entry a minute with their number, however many there were', async () => {
  const other = await admin.another({ INSTANCE_ID: 'refusing' });
  const refused = await Promise.all(
    Array.from({ length: 7 }, () =>
      send(other.url, 'GET', '/api/v1/drops', { headers: { authorization: `Bearer ${OPERATOR_KEY}x` } }),
    ),
  );
  expect(refused.map(({ status }) => status)).toEqual(Array.from({ length: 7 }, () => 401));
  await other.noteHead();
  // Beside what the first instance was asked for with a wrong key before, should its minute be over.
  const { body } = await admin.call('GET', '/api/v1/audit?act=key.refused');
  expect(body.entries.filter(({ after }: { after: { count: number } }) => after.count === 7)).toMatchObject([
    { act: 'key.refused', actor: 'system', drop: null },
  ]);
});
