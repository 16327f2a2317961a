/**
 * The Lua commands as functions: which keys and arguments each takes, the deadline and the policy version that every
 * one of them carries (Q1, Q2), and the replies that mean "not now". Outcomes are read by the callers.
 */
import { isStoreFault, Problem, timeOf } from '@sluice/service-kit';
import type { Redis } from 'ioredis';
import { type DropKeys, dropKeys } from './keys.ts';
import { RedisClock } from './redis-clock.ts';
import { loadScript, runScript, type Script, type ScriptReply } from './scripts.ts';

/** Members of one script call (Q5). */
export const MEMBERS_MAX = 500;

/**
 * How long a command may stay valid after it was sent; the client gives up at the same time (start.ts). A caller then has
 * its 503 within a second.
 */
export const COMMAND_TIMEOUT_MS = 800;

/** The keys of each command, in the order of its KEYS. */
export const COMMANDS = {
  'join-queue': [
    'control',
    'waiting',
    'present',
    'sessions',
    'spent',
    'addresses',
    'classes',
    'calls',
    'announced',
    'log',
    'uses',
  ],
  'check-in': ['control', 'waiting', 'present', 'sessions', 'spent', 'reasons', 'grants', 'calls', 'log'],
  'advance-drop': [
    'control',
    'waiting',
    'present',
    'sessions',
    'spent',
    'reasons',
    'grants',
    'calls',
    'extended',
    'announced',
    'leases',
    'revoked',
    'log',
  ],
  'end-sessions': [
    'control',
    'waiting',
    'present',
    'sessions',
    'spent',
    'reasons',
    'grants',
    'gone',
    'revoked',
    'log',
  ],
  'lease-entries': [
    'control',
    'present',
    'sessions',
    'spent',
    'reasons',
    'grants',
    'calls',
    'waiting',
    'leases',
    'gates',
    'log',
  ],
  'leave-queue': ['control', 'waiting', 'present', 'spent', 'reasons', 'grants', 'gone', 'log'],
  'report-capacity': ['control', 'sessions', 'grants'],
  'publish-roster': ['control', 'roster', 'log'],
  'reveal-draw': ['control', 'log'],
  'take-pulse-lease': ['pulseLease'],
  'publish-pulse': ['pulse', 'pulseLease', 'control', 'announced'],
  'extend-call': [
    'control',
    'waiting',
    'present',
    'sessions',
    'spent',
    'reasons',
    'calls',
    'extended',
    'extensions',
    'log',
  ],
  'heal-drop': ['control', 'seed', 'calls', 'log'],
  'restore-sessions': ['control', 'waiting', 'present', 'sessions', 'spent', 'reasons', 'grants', 'log'],
  'restore-uses': ['control', 'uses'],
  'return-tickets': ['control', 'waiting', 'present', 'sessions', 'spent', 'classes', 'late', 'log'],
} as const satisfies Record<string, readonly (keyof DropKeys)[]>;

const READS = {
  'ticket-standing': [
    'control',
    'waiting',
    'present',
    'sessions',
    'spent',
    'reasons',
    'grants',
    'calls',
    'extended',
    'extensions',
  ],
  'rank-map': ['control', 'waiting'],
  'read-drop': ['control', 'waiting', 'present', 'sessions'],
} as const satisfies Record<string, readonly (keyof DropKeys)[]>;

/** What they grant is a token's only once a replica has it (Q29). */
const GRANTING: ReadonlySet<string> = new Set<keyof typeof COMMANDS>(['check-in', 'lease-entries']);

export type CommandName = keyof typeof COMMANDS;
export type ReadName = keyof typeof READS;

export function unavailable(detail: string): Problem {
  return new Problem({
    status: 503,
    type: 'store-unavailable',
    title: 'The queue cannot be reached right now; every place in it is kept.',
    detail,
    retryAfterSeconds: 1,
  });
}

/** True for every way in which Redis cannot be asked right now: away, too slow, or not known to be whole. */
export function isUnavailable(error: unknown): boolean {
  return isStoreFault(error) || (error instanceof Problem && error.type === 'store-unavailable');
}

export class Commands {
  /** Per drop: in a Cluster each primary has a clock of its own. */
  readonly #clocks = new Map<string, RedisClock>();
  readonly #redis: Redis;
  /** Grants go their own way: after a grant their connection may wait for a replica (Q29), and nobody else should. */
  readonly #grants: Redis;
  readonly #scripts: ReadonlyMap<string, Script>;
  /** Newest policy version seen per drop: an older one in Redis means that Redis lost something (Q1). */
  readonly #policyVersions = new Map<string, number>();

  /**
   * Told of a drop that this Redis is not known to hold whole (Q24). Answers whether anybody can restore it: a drop
   * that is simply gone is nobody's.
   */
  onLost: (drop: string) => boolean = () => false;

  /** @param clockFile stands in for lib/clock.lua in tests */
  constructor(redis: Redis, clockFile?: URL, grants: Redis = redis) {
    this.#redis = redis;
    this.#grants = grants;
    const names = [...Object.keys(COMMANDS), ...Object.keys(READS)];
    this.#scripts = new Map(names.map((name) => [name, loadScript(name, clockFile)]));
  }

  sawPolicy(drop: string, version: number): void {
    if (version > (this.#policyVersions.get(drop) ?? 0)) this.#policyVersions.set(drop, version);
  }

  /** For a drop that is gone: made again under the same id it starts with other versions. */
  forget(drop: string): void {
    this.#policyVersions.delete(drop);
    this.#clocks.delete(drop);
  }

  /** Time as the server of this drop tells it. */
  clockOf(drop: string): RedisClock {
    let clock = this.#clocks.get(drop);
    if (clock === undefined) {
      clock = new RedisClock();
      this.#clocks.set(drop, clock);
    }
    return clock;
  }

  /** The clock of the drop's server, once, so that deadlines can be named. */
  async #readClock(drop: string): Promise<void> {
    this.clockOf(drop).see(await timeOf(this.#redis, dropKeys(drop).control));
  }

  /**
   * Runs a command and returns its reply, status word first. A `late` one is tried once more with the clock it told.
   * @throws Problem 503 `store-unavailable` when it came too late or to a Redis that has lost the newest policy
   */
  async run(name: CommandName, drop: string, args: readonly (string | number)[]): Promise<ScriptReply> {
    const keys = dropKeys(drop);
    const names = COMMANDS[name].map((key) => keys[key]);
    const clock = this.clockOf(drop);
    if (clock.nowUs() === 0) await this.#readClock(drop);
    for (let attempt = 1; ; attempt++) {
      const head = [clock.deadlineUs(COMMAND_TIMEOUT_MS), this.#policyVersions.get(drop) ?? 0];
      const redis = GRANTING.has(name) ? this.#grants : this.#redis;
      const reply = await runScript(redis, this.#scripts.get(name) as Script, names, [...head, ...args]);
      clock.see(Number(reply[1]));
      if (reply[0] === 'lost' || (reply[0] === 'no-such-drop' && this.onLost(drop))) {
        if (reply[0] === 'lost') this.onLost(drop);
        throw unavailable('What Redis may have lost is being restored.');
      }
      if (reply[0] === 'stale-policy') throw unavailable('The drop’s policy is being restored.');
      if (reply[0] !== 'late') return reply;
      if (attempt === 2) throw unavailable('The queue answered too late.');
    }
  }

  /**
   * Runs a command that only reads.
   * @throws Problem 503 `store-unavailable` when what it would read may have been lost
   */
  async read(name: ReadName, drop: string, args: readonly (string | number)[]): Promise<ScriptReply> {
    const keys = dropKeys(drop);
    const names = READS[name].map((key) => keys[key]);
    const reply = await runScript(this.#redis, this.#scripts.get(name) as Script, names, args);
    if (reply[0] !== 'lost') return reply;
    this.onLost(drop);
    throw unavailable('What Redis may have lost is being restored.');
  }
}
