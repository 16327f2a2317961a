/** Every row of the state table (docs/architecture.md): what joins, calls and entries do in each state. */
import { afterEach, expect, test } from 'vitest';
import { readRankMap } from '../../src/queue/rank-map.ts';
import { newTicket, tune } from '../support/drop.ts';
import { Line } from '../support/line.ts';

interface Row {
  readonly phase: string;
  readonly joins: string;
  readonly calls: boolean;
  readonly enters: boolean;
  /** Whether call windows run. */
  readonly windowsRun: boolean;
  /** Brings an open drop, with a crowd in line, into the state. */
  readonly set: (line: Line) => Promise<unknown>;
}

const override =
  (value: string, more: Record<string, string | number> = {}) =>
  (line: Line) =>
    tune(line.redis, line.drop, { override: value, ...more });

const ROWS: readonly Row[] = [
  { phase: 'open', joins: 'joined', calls: true, enters: true, windowsRun: true, set: override('') },
  {
    phase: 'paused',
    joins: 'joined',
    calls: false,
    enters: false,
    windowsRun: false,
    set: override('paused'),
  },
  {
    phase: 'queue_all',
    joins: 'joined',
    calls: false,
    enters: false,
    windowsRun: false,
    set: override('queue_all'),
  },
  {
    phase: 'draining',
    joins: 'refused',
    calls: true,
    enters: true,
    windowsRun: true,
    set: override('draining'),
  },
  {
    phase: 'open',
    joins: 'full',
    calls: true,
    enters: true,
    windowsRun: true,
    set: override('', { max_waiting: 1 }),
  },
  {
    phase: 'sold_out',
    joins: 'refused',
    calls: false,
    enters: false,
    windowsRun: false,
    set: async (line) => {
      await tune(line.redis, line.drop, { stock_bound: 'on' });
      await line.report({ sellable: 0 });
    },
  },
  {
    phase: 'closed',
    joins: 'refused',
    calls: false,
    enters: false,
    windowsRun: false,
    set: override('closed'),
  },
  {
    phase: 'closed',
    joins: 'refused',
    calls: false,
    enters: false,
    windowsRun: false,
    set: (line) => tune(line.redis, line.drop, { closes_us: line.nowUs }),
  },
  {
    phase: 'pass_through',
    joins: 'joined',
    calls: true,
    enters: true,
    windowsRun: true,
    set: override('pass_through'),
  },
  {
    phase: 'healing',
    joins: 'joined',
    // Along the map of before the loss.
    calls: true,
    enters: true,
    windowsRun: false,
    set: async (line) => {
      const map = JSON.stringify(await readRankMap(line.commands, line.drop, 1000));
      const healing = { heal_from_us: line.nowUs, heal_until_us: line.nowUs + 60e6, heal_map: map };
      await line.redis.hset(line.keys.control, healing);
    },
  },
];

let line: Line;
afterEach(() => line.close());

for (const row of ROWS) {
  test(`${row.phase}: joins ${row.joins}, calls ${row.calls}, entries ${row.enters}, windows ${row.windowsRun ? 'run' : 'stand still'}`, async () => {
    line = await Line.create({ policy: { rate_per_minute: 60, max_waiting: 100_000 } });
    const numbers = await line.arrive(200);
    await line.pass(8000);
    const ready = numbers.slice(0, 10);
    await line.checkIn(ready);
    await line.pass(1500);
    const control = () => line.redis.hgetall(line.keys.control);
    const before = await control();
    const sessionsBefore = await line.redis.zcard(line.keys.sessions);
    expect(sessionsBefore).toBeGreaterThan(0);

    await row.set(line);
    expect((await line.tick()).phase).toBe(row.phase);
    const windowBefore = Number((await line.standing(numbers[12] as string))[2]);
    const { phase } = await line.pass(20_000);
    expect(phase).toBe(row.phase);
    const after = await control();

    const { status, codes } = await line.joinAll([newTicket().number]);
    const joins = status === 'refused' ? 'refused' : codes[0]?.[0] === 4 ? 'full' : 'joined';
    expect(joins).toBe(row.joins);
    expect(Number(after.frontier) > Number(before.frontier)).toBe(row.calls);
    expect(Number(after.entered_total) > Number(before.entered_total)).toBe(row.enters);
    expect(Number((await line.standing(numbers[12] as string))[2]) < windowBefore).toBe(row.windowsRun);
    // Those inside are untouched in every state.
    expect(await line.redis.zcard(line.keys.sessions)).toBeGreaterThanOrEqual(sessionsBefore);
  });
}

test('scheduled: joins are told when the lobby opens; nothing opens before its time', async () => {
  line = await Line.create({ opensInMs: 60_000, lobbyMs: 30_000 });
  const { status, phase, reply } = await line.joinAll([newTicket().number]);
  expect([status, phase, reply[3]]).toEqual(['refused', 'scheduled', line.nowUs + 30e6]);
  await line.advance(29_999.999);
  expect((await line.tick()).phase).toBe('scheduled');
  await line.advance(0.001);
  expect((await line.tick()).phase).toBe('lobby');
});

test('lobby: joins are taken, nobody is called or entered; the first microsecond of the opening opens it for ever', async () => {
  line = await Line.create({ opensInMs: 60_000, lobbyMs: 60_000 });
  const numbers = await line.arrive(5);
  expect(await line.pass(59_999.999, 5000)).toMatchObject({ phase: 'lobby', called: 0 });
  expect(await line.checkIn(numbers)).toMatchObject(numbers.map(() => ({ word: 'not-called' })));
  await line.advance(0.001);
  expect((await line.tick()).phase).toBe('open');
  await tune(line.redis, line.drop, { opens_us: line.nowUs + 1e9, lobby_opens_us: line.nowUs + 1e9 });
  expect((await line.tick()).phase).toBe('open');
});

test('drawing: joins are kept at the end, nobody is called; roster first, a second later the seed, then the first call (Q10)', async () => {
  line = await Line.create({ opensInMs: 0, drawn: true });
  await line.redis.zadd(line.keys.waiting, 5, 'drawn');
  expect(await line.pass(3000)).toMatchObject({ phase: 'drawing', called: 0, limitedBy: 'phase' });
  expect((await line.run('reveal-draw'))[0]).toBe('no-roster');
  const [late] = (await line.arrive(1)) as [string];
  expect(await line.redis.zrank(line.keys.waiting, late)).toBe(1);
  await line.run('publish-roster', 'root', '{}');
  expect((await line.run('reveal-draw'))[0]).toBe('too-early');
  await line.advance(1000);
  expect((await line.run('reveal-draw'))[0]).toBe('ok');
  expect((await line.run('reveal-draw'))[0]).toBe('ok');
  expect(await line.tick()).toMatchObject({ phase: 'open', called: 2 });
  expect((await line.log()).map(({ k }) => k)).toEqual(['open', 'roster', 'reveal', 'call']);
});

test('a drop closed before it opens never opens', async () => {
  line = await Line.create({ opensInMs: 1000, policy: { override: 'closed' } });
  expect(await line.pass(5000)).toMatchObject({ phase: 'closed' });
  expect(await line.redis.hget(line.keys.control, 'opened_us')).toBeNull();
});

test('pass-through: everyone enters at once, beyond rate and maxSessions; it ends by itself, and the line goes on as before', async () => {
  line = await Line.create({ policy: { rate_per_minute: 60, max_sessions: 2 } });
  const numbers = await line.arrive(300);
  await line.tick();
  await tune(line.redis, line.drop, {
    override: 'pass_through',
    override_until_us: line.nowUs + 60e6,
  });
  await line.tick();
  const outcomes = await line.checkIn(numbers.slice(0, 200));
  expect(outcomes.every(({ word }) => word === 'granted')).toBe(true);
  // Whoever joins now is called by the join itself.
  const [newcomer] = (await line.arrive(1)) as [string];
  expect(await line.checkIn([newcomer])).toMatchObject([{ word: 'granted' }]);
  await line.pass(59_000, 1000);
  expect((await line.tick()).phase).toBe('pass_through');
  await line.advance(1000);
  expect(await line.tick()).toMatchObject({ phase: 'open', sessions: 201 });
  expect(await line.checkIn([numbers[250] as string])).toMatchObject([{ word: 'present' }]);
  expect((await line.pass(2000)).limitedBy).toBe('sessions');
});

test('pass-through: an audit line for everyone who enters, with order and time', async () => {
  line = await Line.create({ policy: { override: 'pass_through' } });
  const numbers = await line.arrive(5);
  await line.checkIn(numbers);
  const grants = (await line.log()).filter(({ k }) => k === 'grant');
  expect(grants.map(({ n }) => n)).toEqual(numbers);
});
