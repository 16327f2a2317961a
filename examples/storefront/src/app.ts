/** The shop, top to bottom: headers, connector, pages, and the way through to the checkout. */
import { randomUUID } from 'node:crypto';
import formbody from '@fastify/formbody';
import { createConnector } from '@sluice/connector';
import { sluice, toWebRequest } from '@sluice/connector/fastify';
import fastify, { type FastifyInstance, type FastifyRequest } from 'fastify';
import { createCheckoutClient } from './checkout-client.ts';
import type { Config } from './config.ts';
import { addErrorPages } from './error-pages.ts';
import { createRoomFacts } from './room-facts.ts';
import { registerAssets } from './routes/assets.ts';
import { registerBuy } from './routes/buy.ts';
import { registerCheckoutProxy } from './routes/checkout-proxy.ts';
import { registerHealth } from './routes/health.ts';
import { registerHold } from './routes/hold.ts';
import { registerLanding } from './routes/landing.ts';
import { registerOrder } from './routes/order.ts';
import { registerProduct } from './routes/product.ts';
import { addSecurityHeaders } from './security-headers.ts';

/** Bytes; the largest thing that is sent here is a cart. */
const BODY_BYTES_MAX = 65_536;

export async function buildApp(config: Config): Promise<FastifyInstance> {
  const app = fastify({
    bodyLimit: BODY_BYTES_MAX,
    requestTimeout: 15_000,
    // Passed on to the checkout, so that one request has one id in both logs.
    genReqId: () => randomUUID(),
    trustProxy: config.trustedProxies === false ? false : [...config.trustedProxies],
    logger: {
      name: 'storefront',
      level: config.logLevel,
      base: { name: 'storefront', instance: config.instanceId ?? `pid-${process.pid}`, drop: config.drop },
      // Neither addresses nor queries: both say more about a shopper than a log needs.
      serializers: { req: ({ method, url }) => ({ method, path: url?.split('?', 1)[0] }) },
    },
  });
  const connector = createConnector({
    roomUrl: new URL(config.roomPublicUrl).origin,
    issuer: config.roomIssuer,
    jwks: config.roomJwksUrl,
    publicUrl: config.publicUrl,
    drop: config.drop,
    protect: ['/buy'],
    // Staff with a pass walk this shop too: everything below goes by the admission's drop, so nothing real is sold to them.
    rehearsals: true,
  });
  const dropOf = async (request: FastifyRequest) => {
    const admission = request.sluice ?? (await connector.admissionOf(toWebRequest(request), config.drop));
    return admission?.drop ?? config.drop;
  };
  const shop = {
    config,
    connector,
    room: createRoomFacts(new URL(config.roomJwksUrl).origin, config.drop),
    dropOf,
    checkout: createCheckoutClient(config, dropOf),
  };

  addErrorPages(app);
  addSecurityHeaders(app, new URL(config.roomPublicUrl).origin);
  await app.register(sluice, { connector });
  await app.register(formbody);
  registerHealth(app);
  registerAssets(app);
  registerLanding(app, shop);
  registerProduct(app, shop);
  registerBuy(app, shop);
  registerHold(app, shop);
  registerOrder(app, shop);
  await app.register(async (nested) => registerCheckoutProxy(nested, shop));
  return app;
}

/** What the routes work with. */
export interface Shop {
  readonly config: Config;
  readonly connector: ReturnType<typeof createConnector>;
  readonly room: ReturnType<typeof createRoomFacts>;
  readonly checkout: ReturnType<typeof createCheckoutClient>;
  /** Which drop somebody is shopping in: the shop's own, or in a rehearsal its copy. */
  dropOf(request: FastifyRequest): Promise<string>;
}
