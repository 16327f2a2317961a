/** Each Lua command a second time, as after an answer that was lost (Q3), and with nobody, one and as many as it takes (Q5, 2.13). */
import { afterEach, expect, test } from 'vitest';
import { type CommandName, MEMBERS_MAX } from '../../src/queue/commands.ts';
import { type DropSetup, newBind, newTicket } from '../support/drop.ts';
import { joinText, Line } from '../support/line.ts';

const EPOCH = '00000000000000ee';
type Arguments = readonly (string | number)[];

let line: Line;
afterEach(() => line.close());

interface Stage {
  readonly setup?: DropSetup;
  /** Brings the drop to where the command has something to do; returns its arguments. */
  readonly prepare: () => Promise<Arguments> | Arguments;
}

/** Somebody who has been called. */
async function called(): Promise<string> {
  const [number = ''] = await line.arrive(1);
  await line.tick();
  return number;
}

const opened: DropSetup = { opensInMs: 0, drawn: true };

const STAGES: Record<CommandName, Stage> = {
  'join-queue': { prepare: () => [EPOCH, 100, '', joinText([newTicket().number])] },
  'advance-drop': {
    async prepare() {
      await line.checkIn([await called()]);
      await line.arrive(20);
      await line.advance(1000);
      return [EPOCH];
    },
  },
  'check-in': { prepare: async () => [await called(), newBind()] },
  'end-sessions': {
    async prepare() {
      const number = await called();
      await line.pass(1000);
      await line.checkIn([number]);
      await line.pass(8000);
      return [number, 'paid'];
    },
  },
  'leave-queue': { prepare: () => line.arrive(1) },
  'lease-entries': {
    async prepare() {
      await line.pass(2000);
      return ['a-gate', 0, 0, 0, newTicket().number, newBind()];
    },
  },
  'report-capacity': { prepare: () => [7, 3, 2, 1, 0, '{}'] },
  'publish-roster': {
    setup: opened,
    async prepare() {
      await line.tick();
      return ['root', '{}'];
    },
  },
  'reveal-draw': {
    setup: opened,
    async prepare() {
      await line.tick();
      await line.run('publish-roster', 'root', '{}');
      await line.advance(1000);
      return [];
    },
  },
  'extend-call': { prepare: async () => [await called()] },
  'heal-drop': {
    async prepare() {
      await line.arrive(3);
      await line.tick();
      const copy = await line.redis.hgetall(line.keys.control);
      await line.redis.del(line.keys.control);
      return ['ffffffffffffffff', copy.seq ?? 0, '', '', ...Object.entries(copy).flat()];
    },
  },
  'restore-sessions': { prepare: () => [newTicket().number, '1:2:bind:0', line.nowUs + 1e9, ''] },
  'restore-uses': { prepare: () => [newTicket().number, '1.0', '', 1, 5] },
  'return-tickets': { prepare: () => [newTicket().number, line.nowUs - 5, 'another', '', ''] },
  'take-pulse-lease': { prepare: () => ['an-instance', 1000] },
  'publish-pulse': {
    async prepare() {
      await line.redis.set(line.keys.pulseLease, 'an-instance');
      return ['an-instance', '{}', 1000, '5', 1000];
    },
  },
};

/** Everything of the drop, the log too, as text; without `seq`, which counts commands. */
async function everything(): Promise<Record<string, unknown>> {
  const keys = (await line.redis.keys('wr:*')).sort();
  const { seq: _, ...control } = await line.redis.hgetall(line.keys.control);
  const others = keys.filter((key) => key !== line.keys.control);
  const dumps = await Promise.all(others.map((key) => line.redis.dumpBuffer(key)));
  return { control, ...Object.fromEntries(others.map((key, at) => [key, dumps[at]?.toString('hex')])) };
}

for (const name of Object.keys(STAGES) as CommandName[]) {
  test(`Q3: ${name} a second time changes nothing more`, async () => {
    const { setup, prepare } = STAGES[name];
    line = await Line.create(setup);
    const args = await prepare();
    const before = await everything();
    await line.run(name, ...args);
    const once = await everything();
    expect(once, 'the first time it does something').not.toEqual(before);
    await line.another().run(name, line.drop, args);
    expect(await everything()).toEqual(once);
  });
}

/** Commands that take many members, and how many of them stand where the command puts them. */
const MANY: Partial<
  Record<CommandName, { argsOf: (numbers: readonly string[]) => Arguments; taken?: () => Promise<number> }>
> = {
  'join-queue': {
    argsOf: (numbers) => [EPOCH, 1000, '', joinText(numbers)],
    taken: () => line.redis.zcard(line.keys.waiting),
  },
  'return-tickets': {
    argsOf: (numbers) => numbers.flatMap((number, at) => [number, at + 1, 'another', '', '']),
    taken: () => line.redis.zcard(line.keys.waiting),
  },
  'restore-sessions': {
    argsOf: (numbers) => numbers.flatMap((number) => [number, '1:2:bind:0', line.nowUs + 1e9, '']),
    taken: () => line.redis.zcard(line.keys.sessions),
  },
  'restore-uses': {
    argsOf: (numbers) => numbers.flatMap((number) => [number, '1.0', '', 0, 1]),
    taken: async () => Number((await line.redis.hget(line.keys.uses, '1')) ?? 0),
  },
  'lease-entries': {
    argsOf: (numbers) => ['a-gate', 0, 0, 0, ...numbers.flatMap((number) => [number, newBind()])],
    taken: () => line.redis.zcard(line.keys.leases),
  },
  // Of nobody they know: their own tests have those who are there.
  'check-in': { argsOf: (numbers) => numbers.flatMap((number) => [number, newBind()]) },
  'end-sessions': { argsOf: (numbers) => numbers.flatMap((number) => [number, 'paid']) },
  'report-capacity': { argsOf: (numbers) => [Date.now(), 0, 1, 0, 0, '{}', ...numbers] },
};

for (const [name, { argsOf, taken }] of Object.entries(MANY)) {
  test.each([0, 1, MEMBERS_MAX])(`2.13, Q5: ${name} with %i at once`, async (count) => {
    line = await Line.create({ policy: { rate_per_minute: 60_000 } });
    await line.tick();
    await line.pass(1000);
    const numbers = Array.from({ length: count }, () => newTicket().number);
    expect((await line.run(name as CommandName, ...argsOf(numbers)))[0]).toBe('ok');
    expect(await taken?.()).toBe(taken && count);
  });
}
