/** The waiting room's public HTTP application: every plugin and route, in order. */
import {
  addReadiness,
  createApp,
  createClientKey,
  FixedWindowLimiter,
  type Metrics,
  registerProblems,
  registerRateLimits,
} from '@sluice/service-kit';
import type { FastifyBaseLogger } from 'fastify';
import type { Redis } from 'ioredis';
import { createLeasing } from './admission/lease-pairs.ts';
import { importSigningKeys } from './admission/signing-keys.ts';
import { createTickets } from './admission/tickets.ts';
import { createTokenSigner } from './admission/tokens.ts';
import { createArchive } from './clients/archive.ts';
import type { Config } from './config.ts';
import { PROBLEMS } from './contract/problems.ts';
import { SCHEMA_NAMES } from './contract/schema-names.ts';
import { createJoinServer } from './plugins/join-server.ts';
import { createPageShells } from './plugins/page-shell.ts';
import { createPulseServer } from './plugins/pulse-server.ts';
import { checkViewsFresh } from './plugins/readiness.ts';
import type { Room } from './plugins/room.ts';
import { registerRoomMetrics } from './plugins/room-metrics.ts';
import { createShellServer } from './plugins/shell-server.ts';
import { createStaffPasses } from './plugins/staff-pass.ts';
import { createStatusServer } from './plugins/status-server.ts';
import { StreamHub } from './plugins/stream-hub.ts';
import { createTicketCookie } from './plugins/ticket-cookie.ts';
import type { Queue } from './queue/queue.ts';
import {
  PAGES_PER_ADDRESS,
  READS_PER_ADDRESS,
  STATUS_PER_TICKET,
  WRONG_CODES_PER_ADDRESS,
} from './rate-limits.ts';
import { admissionRoutes } from './routes/admission.ts';
import { drawRoutes } from './routes/draw.ts';
import { leaseRoutes } from './routes/leases.ts';
import { logoRoutes } from './routes/logos.ts';
import { noticeRoutes } from './routes/notices.ts';
import { pageRoutes } from './routes/page.ts';
import { publicRoutes } from './routes/public.ts';
import { serviceRoutes } from './routes/service.ts';
import { streamRoutes } from './routes/stream.ts';
import { ticketRoutes } from './routes/tickets.ts';

export interface AppOptions {
  readonly config: Pick<
    Config,
    | 'publicUrl'
    | 'admissionKeys'
    | 'ticketSecrets'
    | 'SERVICE_TOKEN'
    | 'TRUSTED_PROXIES'
    | 'STREAMS_MAX'
    | 'ARCHIVE_URL'
    | 'SMTP_URL'
    | 'MAIL_FROM'
    | 'vapidKeys'
    | 'pushOrigins'
  >;
  readonly queue: Queue;
  readonly redis: Redis;
  readonly log: FastifyBaseLogger;
  readonly metrics: Metrics;
}

/** The public application. It listens nowhere yet. */
export async function buildApp({ config, queue, redis, log, metrics }: AppOptions) {
  const { publicUrl, admissionKeys, ticketSecrets } = config;
  const streams = new StreamHub({ queue, streamsMax: config.STREAMS_MAX, log });
  const counters = registerRoomMetrics(metrics, queue, streams);
  const readers = new FixedWindowLimiter({
    max: READS_PER_ADDRESS.max,
    windowMs: READS_PER_ADDRESS.timeWindow,
  });
  const clientKey = createClientKey(config.TRUSTED_PROXIES);
  const signingKeys = await importSigningKeys(admissionKeys);
  const signToken = createTokenSigner(publicUrl.origin, signingKeys);
  const room: Room = {
    queue,
    tickets: createTickets(ticketSecrets),
    cookie: createTicketCookie(publicUrl),
    passes: createStaffPasses(config.SERVICE_TOKEN, publicUrl),
    signToken,
    lease: createLeasing(queue, signToken, ticketSecrets),
    signingKeys,
    origin: publicUrl.origin,
    serviceToken: config.SERVICE_TOKEN,
    archive: config.ARCHIVE_URL
      ? createArchive({ url: config.ARCHIVE_URL, serviceToken: config.SERVICE_TOKEN })
      : null,
    admitReader: (request) => readers.take(clientKey(request)),
    statuses: new FixedWindowLimiter({
      max: STATUS_PER_TICKET.max,
      windowMs: STATUS_PER_TICKET.timeWindow,
    }),
    pages: new FixedWindowLimiter({
      max: PAGES_PER_ADDRESS.max,
      windowMs: PAGES_PER_ADDRESS.timeWindow,
    }),
    guesses: new FixedWindowLimiter({
      max: WRONG_CODES_PER_ADDRESS.max,
      windowMs: WRONG_CODES_PER_ADDRESS.timeWindow,
    }),
    clientKey,
  };
  const shellOf = createPageShells();
  registerProblems(PROBLEMS);
  const app = await createApp({
    name: 'waiting-room',
    logger: log,
    metrics,
    trustedProxies: config.TRUSTED_PROXIES,
    openapi: {
      title: 'Sluice waiting room',
      description:
        'Holds the crowd of a drop, gives everyone a fair place, and lets shoppers through one after another.',
      schemas: SCHEMA_NAMES,
    },
    answerFirst: (direct) => {
      const pulse = createPulseServer({ queue, admit: room.admitReader, count: counters.pulse });
      const status = createStatusServer(room, direct);
      const join = createJoinServer(room, direct);
      const shell = createShellServer(room, shellOf, direct);
      return (request, response, toRouter) =>
        pulse(request, response) ||
        status(request, response, toRouter) ||
        join(request, response, toRouter) ||
        shell(request, response, toRouter);
    },
  });
  addReadiness(app, 'redis', () => redis.ping());
  addReadiness(app, 'views', async () => checkViewsFresh(queue, performance.now()));
  await app.register(async (limitedTogether) => {
    await registerRateLimits(limitedTogether, { redis });
    await limitedTogether.register(admissionRoutes, { room });
  });
  await app.register(async (limitedHere) => {
    await registerRateLimits(limitedHere);
    await limitedHere.register(ticketRoutes, { room });
    await limitedHere.register(publicRoutes, { room, counters });
    await limitedHere.register(drawRoutes, { room });
    await limitedHere.register(serviceRoutes, { room });
    await limitedHere.register(leaseRoutes, { room });
    await limitedHere.register(streamRoutes, { room, streams });
    await limitedHere.register(logoRoutes, { room });
    await limitedHere.register(noticeRoutes, {
      room,
      ways: {
        mail: config.SMTP_URL !== undefined,
        pushKey: config.vapidKeys?.publicKey ?? null,
        pushOrigins: config.pushOrigins,
      },
    });
    await limitedHere.register(pageRoutes, { room, shellOf });
  });
  return app;
}
