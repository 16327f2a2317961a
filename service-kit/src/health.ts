/** Liveness (the process answers) and readiness (it can do its work): the latter from checks that a service adds. */
import type { FastifyInstance } from 'fastify';

/** Resolves when the dependency works; throws what is wrong. */
export type ReadinessCheck = () => Promise<unknown>;

/** A check that takes longer has failed. */
const CHECK_TIMEOUT_MS = 1000;

const checksOf = new WeakMap<FastifyInstance, Map<string, ReadinessCheck>>();

/** `GET /livez` depends on nothing; `GET /readyz` is 503 while any check fails, and names it. */
export function addHealthRoutes(app: FastifyInstance): void {
  const checks = new Map<string, ReadinessCheck>();
  checksOf.set(app, checks);
  app.get('/livez', { schema: { hide: true } }, async () => ({ status: 'alive' }));
  app.get('/readyz', { schema: { hide: true } }, async (_request, reply) => {
    const results = await Promise.all(
      [...checks].map(async ([name, check]) => [name, await outcomeOf(check)] as const),
    );
    const ready = results.every(([, outcome]) => outcome === 'ok');
    return reply
      .code(ready ? 200 : 503)
      .send({ status: ready ? 'ready' : 'not ready', checks: Object.fromEntries(results) });
  });
}

/** Adds a check to an application made by `createApp`. */
export function addReadiness(app: FastifyInstance, name: string, check: ReadinessCheck): void {
  checksOf.get(app)?.set(name, check);
}

async function outcomeOf(check: ReadinessCheck): Promise<string> {
  const timeout = AbortSignal.timeout(CHECK_TIMEOUT_MS);
  const late = new Promise<never>((_resolve, reject) => {
    timeout.addEventListener('abort', () => reject(new Error('does not answer')), { once: true });
  });
  try {
    await Promise.race([check(), late]);
    return 'ok';
  } catch (error) {
    return (error as Error).message;
  }
}
