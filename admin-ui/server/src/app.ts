/** Everything the control plane answers, in order: readiness, who may what, then the routes. */
import fastifyCookie from '@fastify/cookie';
import {
  addReadiness,
  createApp,
  type Metrics,
  registerProblems,
  registerRateLimits,
} from '@sluice/service-kit';
import type { FastifyBaseLogger, FastifyInstance } from 'fastify';
import type { Identity } from './accounts/identity.ts';
import type { ControlPlane } from './acts/control-plane.ts';
import { PROBLEMS } from './contract/problems.ts';
import { SCHEMA_NAMES } from './contract/schema-names.ts';
import { guardAccess } from './plugins/access.ts';
import { compileValidator } from './plugins/body-validator.ts';
import { createFindPrincipal } from './plugins/credentials.ts';
import type { LiveReaders } from './plugins/live-readers.ts';
import type { LiveStreams } from './plugins/live-streams.ts';
import { createSessionCookies } from './plugins/session-cookies.ts';
import { tellInCodes } from './plugins/told-in-codes.ts';
import { createWeb } from './plugins/web.ts';
import { accessCodeRoutes } from './routes/access-codes.ts';
import { accountRoutes } from './routes/accounts.ts';
import { auditRoutes } from './routes/audit.ts';
import { dropRoutes } from './routes/drops.ts';
import { dropsAsCodeRoutes } from './routes/drops-as-code.ts';
import { keyRoutes } from './routes/keys.ts';
import { liveRoutes } from './routes/live.ts';
import { liveControlRoutes } from './routes/live-control.ts';
import { logoRoutes } from './routes/logos.ts';
import { oidcRoutes } from './routes/oidc.ts';
import { orderRoutes } from './routes/orders.ts';
import { passkeyRoutes } from './routes/passkeys.ts';
import { previewRoutes } from './routes/previews.ts';
import { rehearsalRoutes } from './routes/rehearsals.ts';
import { reportRoutes } from './routes/reports.ts';
import { revocationRoutes } from './routes/revocations.ts';
import { seriesRoutes } from './routes/series.ts';
import { sessionRoutes } from './routes/session.ts';
import { stockRoutes } from './routes/stock.ts';
import { stockTableRoutes } from './routes/stock-table.ts';
import { themeRoutes } from './routes/themes.ts';
import { webhookRoutes } from './routes/webhooks.ts';

/** Where the build of the admin UI lies in a tree and in an image. */
const WEB = new URL('../../web/dist/', import.meta.url);

export interface AppOptions {
  readonly plane: ControlPlane;
  readonly live: { readonly readers: LiveReaders; readonly streams: LiveStreams };
  readonly identity: Identity;
  readonly operatorKey: string;
  /** Shares the counts of limits between instances. */
  readonly redis: NonNullable<Parameters<typeof registerRateLimits>[1]>['redis'];
  readonly log: FastifyBaseLogger;
  readonly metrics: Metrics;
  readonly trustedProxies: string;
  readonly onRefusedKey: () => void;
  /** Rejects while Postgres does not answer. Plans can be made and read without Redis and checkout. */
  readonly ready: () => Promise<unknown>;
}

/** The application operators use. It listens nowhere yet. */
export async function buildApp(options: AppOptions): Promise<FastifyInstance> {
  const { plane, live, identity, operatorKey, redis, log, metrics, trustedProxies, onRefusedKey, ready } =
    options;
  registerProblems(PROBLEMS);
  const web = createWeb(WEB, log, plane.previews.roomOrigin);
  const app = await createApp({
    name: 'admin-server',
    logger: log,
    metrics,
    trustedProxies,
    answerUnknown: web.answerPage,
    openapi: {
      title: 'Sluice control plane',
      description: 'Drops planned and steered: schedule, admission policy, page, stock.',
      schemas: SCHEMA_NAMES,
    },
  });
  addReadiness(app, 'postgres', ready);
  await app.register(async (pages: FastifyInstance) => web.register(pages));
  await app.register(async (operators: FastifyInstance) => {
    await registerRateLimits(operators, { ...(redis && { redis }) });
    await operators.register(fastifyCookie);
    const cookies = createSessionCookies(identity.publicUrl);
    const findPrincipal = createFindPrincipal(identity, operatorKey, cookies);
    guardAccess(operators, {
      findPrincipal,
      sourceOf: (drop) => plane.rehearsed.get(drop),
      onRefused: onRefusedKey,
    });
    tellInCodes(operators);
    operators.setValidatorCompiler(compileValidator);
    await operators.register(dropRoutes, { plane });
    await operators.register(themeRoutes);
    await operators.register(logoRoutes, { plane });
    await operators.register(seriesRoutes, { plane });
    await operators.register(liveControlRoutes, { plane });
    await operators.register(liveRoutes, { plane, ...live });
    await operators.register(dropsAsCodeRoutes, { plane });
    await operators.register(stockRoutes, { plane });
    await operators.register(stockTableRoutes, { plane });
    await operators.register(accessCodeRoutes, { plane });
    await operators.register(previewRoutes, { plane });
    await operators.register(rehearsalRoutes, { plane });
    await operators.register(reportRoutes, { plane });
    await operators.register(revocationRoutes, { plane });
    await operators.register(orderRoutes, { plane });
    await operators.register(webhookRoutes, { plane });
    await operators.register(auditRoutes, { plane });
    await operators.register(sessionRoutes, { identity, cookies });
    await operators.register(passkeyRoutes, { identity, cookies });
    await operators.register(oidcRoutes, { identity, cookies });
    await operators.register(accountRoutes, { identity, cookies });
    await operators.register(keyRoutes, { identity });
  });
  return app;
}
