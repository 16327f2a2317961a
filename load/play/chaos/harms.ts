/** What can be done to the processes of a drop, and how long each stays away. Anything may be killed at any moment (promise 7). */
import type { OwnPostgres } from '../../../scripts/lib/own-postgres.mjs';
import type { OwnRedis } from '../../../scripts/lib/own-redis.mjs';

export interface Harm {
  /** The process: a store, or one instance of a service, such as `waiting-room-1`. */
  readonly to: string;
  readonly means: 'killed' | 'frozen' | 'restarted' | 'crashed';
  /** ms it stays away; both ends included. */
  readonly awayMs: readonly [min: number, max: number];
  strike(): Promise<void>;
  mend(): Promise<void>;
}

interface Service {
  readonly name: string;
  readonly pid: number;
}

/** What of a stack is needed to harm its services. */
export interface Breakable<One extends Service> {
  readonly rooms: readonly One[];
  readonly checkouts: readonly One[];
  readonly admin: One | undefined;
  kill(service: One): Promise<void>;
  restart(service: One): Promise<void>;
}

/** Long enough that others take over: leases of a pulse run 2.2 s, a tick comes every 150 ms. */
const FROZEN_MS = [300, 3500] as const;

/** Each instance is killed and frozen; a killed one is started again. */
export function harmsOfServices<One extends Service>(stack: Breakable<One>): Harm[] {
  const services = [...stack.rooms, ...stack.checkouts, ...(stack.admin ? [stack.admin] : [])];
  return services.flatMap((service) => {
    const to = service.name;
    return [
      {
        to,
        means: 'killed',
        awayMs: [0, 800],
        strike: () => stack.kill(service),
        mend: () => stack.restart(service),
      },
      {
        to,
        means: 'frozen',
        awayMs: FROZEN_MS,
        strike: async () => void process.kill(service.pid, 'SIGSTOP'),
        mend: async () => void process.kill(service.pid, 'SIGCONT'),
      },
    ];
  });
}

export interface OwnStores {
  readonly redis: OwnRedis;
  readonly postgres: OwnPostgres;
}

/** Redis is restarted with everything it had, Postgres has to recover from its log; both hang. */
export function harmsOfStores({ redis, postgres }: OwnStores): Harm[] {
  const hangs = (to: string, store: { freeze(): void; thaw(): void }): Harm => ({
    to,
    means: 'frozen',
    awayMs: [300, 2500],
    strike: async () => store.freeze(),
    mend: async () => store.thaw(),
  });
  return [
    {
      to: 'redis',
      means: 'restarted',
      awayMs: [0, 500],
      strike: redis.stop,
      mend: redis.start,
    },
    {
      to: 'postgres',
      means: 'crashed',
      awayMs: [0, 300],
      strike: postgres.crash,
      mend: postgres.start,
    },
    hangs('redis', redis),
    hangs('postgres', postgres),
  ];
}
