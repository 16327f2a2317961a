/** Liveness (the process answers) and readiness (it can do its work): the latter from checks that a service adds. */
import type { FastifyInstance } from 'fastify';
import { isStoreFault } from './store-fault.ts';

/** Resolves when the dependency works; throws what is wrong. */
export type ReadinessCheck = () => Promise<unknown>;

/** A check that takes longer has failed. */
const CHECK_TIMEOUT_MS = 1000;
/** What was found counts for so long: the dependencies are asked at this pace, however many ask us. */
const FRESH_MS = 500;

type Findings = Readonly<Record<string, string>>;

const checksOf = new WeakMap<FastifyInstance, Map<string, ReadinessCheck>>();

/** `GET /livez` depends on nothing; `GET /readyz` is 503 while any check fails, and names it. Checks are added to `owner`. */
export function addHealthRoutes(app: FastifyInstance, owner = app): void {
  const checks = new Map<string, ReadinessCheck>();
  checksOf.set(owner, checks);
  let findings: Promise<Findings> | undefined;
  const look = () => {
    findings ??= runChecks(checks).finally(() => {
      setTimeout(() => {
        findings = undefined;
      }, FRESH_MS).unref();
    });
    return findings;
  };
  app.get('/livez', { schema: { hide: true } }, async (_request, reply) =>
    reply.header('cache-control', 'no-store').send({ status: 'alive' }),
  );
  app.get('/readyz', { schema: { hide: true } }, async (_request, reply) => {
    const found = await look();
    const ready = Object.values(found).every((outcome) => outcome === 'ok');
    return reply
      .code(ready ? 200 : 503)
      .header('cache-control', 'no-store')
      .send({ status: ready ? 'ready' : 'not ready', checks: found });
  });
}

/** Adds a check to an application made by `createApp`. */
export function addReadiness(app: FastifyInstance, name: string, check: ReadinessCheck): void {
  checksOf.get(app)?.set(name, check);
}

async function runChecks(checks: ReadonlyMap<string, ReadinessCheck>): Promise<Findings> {
  const outcomes = [...checks].map(async ([name, check]) => [name, await outcomeOf(check)] as const);
  return Object.fromEntries(await Promise.all(outcomes));
}

/** `ok`, or what is wrong, in words that name no address of ours: anyone may read them. */
async function outcomeOf(check: ReadinessCheck): Promise<string> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(new Error('does not answer')), CHECK_TIMEOUT_MS);
  });
  try {
    await Promise.race([check(), late]);
    return 'ok';
  } catch (error) {
    return isStoreFault(error) ? 'cannot be reached' : (error as Error).message || 'fails';
  } finally {
    clearTimeout(timer);
  }
}
