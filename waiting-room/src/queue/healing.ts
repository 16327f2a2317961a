/**
 * Brings a drop back after Redis may have lost something (Q24-Q28): offers this instance's copy until the drop goes on, and
 * puts back the sessions whose tokens have left this process, and the uses of access codes it has answered for. Needs neither Postgres nor the control plane.
 */
import { setTimeout as wait } from 'node:timers/promises';
import { isStoreFault, Problem } from '@sluice/service-kit';
import type { FastifyBaseLogger } from 'fastify';
import type { Redis } from 'ioredis';
import type { Archived } from './archived.ts';
import type { CodeUses } from './code-uses.ts';
import { type Commands, MEMBERS_MAX } from './commands.ts';
import type { Copies, Copy } from './copies.ts';
import { randomEpoch } from './epoch.ts';
import type { HandedOut } from './handed-out.ts';
import { DROPS_KEY, pageKey } from './keys.ts';

/** Between two offers, and between two tries at a Redis that is away. */
const OFFER_MS = 250;

export interface HealingOptions {
  readonly redis: Redis;
  readonly commands: Commands;
  readonly copies: Copies;
  readonly handedOut: HandedOut;
  readonly codeUses: CodeUses;
  readonly archived: Pick<Archived, 'isKnown'>;
  readonly log: FastifyBaseLogger;
  /** Called when a drop goes on. */
  readonly onHealed: (drop: string) => void;
}

export class Healing {
  readonly #options: HealingOptions;
  readonly #running = new Map<string, Promise<void>>();
  #closed = false;

  constructor(options: HealingOptions) {
    this.#options = options;
  }

  /** A command or a reading showed that Redis is not the one this drop was written to. Harmless when it is being healed. */
  begin(drop: string): void {
    if (this.#closed || this.#running.has(drop)) return;
    const healing = this.#heal(drop).finally(() => this.#running.delete(drop));
    this.#running.set(drop, healing);
  }

  async close(): Promise<void> {
    this.#closed = true;
    await Promise.all(this.#running.values());
  }

  async #heal(drop: string): Promise<void> {
    const { commands, copies, archived, log, onHealed } = this.#options;
    let told = false;
    let isRestored = false;
    while (!this.#closed) {
      try {
        // It was taken away on purpose while this instance slept (ADR 0022).
        if (await archived.isKnown(drop)) return;
        const copy = copies.get(drop);
        const [status, , left] = await commands.run('heal-drop', drop, offerOf(copy));
        if (status === 'unknown') return;
        if (status === 'collecting' && !told) {
          log.warn({ drop }, 'Redis may have lost something: restoring');
          told = true;
        }
        if (!isRestored) {
          await this.#restoreSessions(drop);
          await this.#restoreUses(drop);
          isRestored = true;
        }
        if (status !== 'collecting') {
          copies.markHealed(drop);
          if (copy !== undefined) await this.#restoreListing(drop, copy);
          if (told) log.warn({ drop }, 'restored; shoppers return');
          return onHealed(drop);
        }
        await wait(Math.min(OFFER_MS, Number(left) / 1000 + 1));
      } catch (error) {
        if (!isStoreFault(error) && !(error instanceof Problem)) {
          log.error({ err: error, drop }, 'a drop could not be restored');
        }
        await wait(OFFER_MS);
      }
    }
  }

  async #restoreSessions(drop: string): Promise<void> {
    const sessions = this.#options.handedOut.all(drop);
    await this.#restore('restore-sessions', drop, sessions, ({ number, grant, endsUs, ended }) => [
      // A token that is out may have opened its checkout session: its secret is the only one that counts (Q32).
      ...[number, `${grant.iat}:${grant.exp}:${grant.bind}:1`, endsUs, ended ?? ''],
    ]);
  }

  async #restoreUses(drop: string): Promise<void> {
    const uses = this.#options.codeUses.all(drop);
    await this.#restore('restore-uses', drop, uses, ({ number, id, carriedFrom, isTold, usedUs }) => [
      ...[number, id, carriedFrom, isTold ? 1 : 0, usedUs],
    ]);
  }

  /** Puts all of `kept` back, and what comes to it meanwhile, as many at once as a command takes. */
  async #restore<Kept>(
    command: 'restore-sessions' | 'restore-uses',
    drop: string,
    kept: Iterable<Kept>,
    argsOf: (one: Kept) => (string | number)[],
  ): Promise<void> {
    let batch: (string | number)[][] = [];
    const flush = async () => {
      if (batch.length > 0) await this.#options.commands.run(command, drop, batch.flat());
      batch = [];
    };
    for (const one of kept) {
      batch.push(argsOf(one));
      if (batch.length === MEMBERS_MAX) await flush();
    }
    await flush();
  }

  /** What the control plane writes outside the drop's slot, where it is missing. It may lie on a server that is away: then later, or by the control plane. */
  async #restoreListing(drop: string, { control, page }: Copy): Promise<void> {
    const { redis } = this.#options;
    const opensMs = Math.round(Number(control.opens_us ?? 0) / 1000);
    const written = await Promise.allSettled([
      page === null ? null : redis.set(pageKey(drop), page, 'NX'),
      redis.zadd(DROPS_KEY, 'NX', opensMs, drop),
    ]);
    for (const one of written) if (one.status === 'rejected' && !isStoreFault(one.reason)) throw one.reason;
  }
}

function offerOf(copy: Copy | undefined): (string | number)[] {
  const { seq = 0, control = {}, rankMap = null, seed = null } = copy ?? {};
  return [
    randomEpoch(),
    seq,
    rankMap === null ? '' : JSON.stringify(rankMap),
    seed ?? '',
    ...Object.entries(control).flat(),
  ];
}
