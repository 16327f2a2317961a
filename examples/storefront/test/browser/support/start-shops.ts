/** The whole of Sluice as processes, with one shop on the room's site and others on another site, each selling a drop of its own. */
import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { freePort } from '../../../../../scripts/lib/ports.mjs';
import { stopProcess } from '../../../../../scripts/lib/processes.mjs';
import { repoRoot } from '../../../../../scripts/lib/repo.mjs';
import { type Service, startService } from '../../../../../scripts/lib/service.mjs';
import { type Stack, startStack } from '../../../../../scripts/lib/stack.mjs';

export interface ShopOfTest {
  readonly url: string;
  readonly drop: string;
}

export interface Shops {
  readonly stack: Stack;
  readonly roomUrl: string;
  /** Shop and room are both `localhost`: one site, whatever the ports. */
  readonly sameSite: ShopOfTest;
  /** The shop is `127.0.0.1`, the room `localhost`: cookies behave as between two companies. */
  readonly crossSite: ShopOfTest;
  /** Other shops like `crossSite`, for turns that come late: one for each shopper. */
  readonly late: readonly [ShopOfTest, ShopOfTest];
  stop(): Promise<void>;
}

/** @param smtpUrl where the checkout's mail goes */
export async function startShops(smtpUrl: string): Promise<Shops> {
  const { REDIS_URL, DATABASE_URL } = process.env;
  if (!REDIS_URL || !DATABASE_URL)
    throw new Error('run through `npm test -- examples/storefront/test/browser`');
  const id = randomBytes(4).toString('hex');
  const name = `browser-${id}`;
  const sameDrop = `same-${id}`;
  const stack = await startStack({
    ...{ name, drop: sameDrop, redisUrl: REDIS_URL, databaseUrl: DATABASE_URL },
    serviceEnv: {
      checkout: { SMTP_URL: smtpUrl, MAIL_FROM: 'Northbound <shop@example.com>' },
      storefront: { RECEIPTS: 'on' },
    },
  });
  const roomUrl = stack.rooms[0]?.url ?? '';
  const services: Service[] = [];

  const startShop = async (drop: string): Promise<ShopOfTest> => {
    const [port, internalPort] = [await freePort(), await freePort()];
    const publicUrl = `http://127.0.0.1:${port}`;
    const service = await startService({
      name: `storefront-${drop}`,
      root: repoRoot,
      entry: join('examples', 'storefront', 'src', 'server.ts'),
      port,
      internalPort,
      publicUrl,
      logDir: stack.logDir,
      env: {
        HOST: '127.0.0.1',
        PUBLIC_URL: publicUrl,
        ROOM_PUBLIC_URL: roomUrl,
        CHECKOUT_URL: stack.checkouts[0]?.url,
        DROP: drop,
        RECEIPTS: 'on',
      },
    });
    services.push(service);
    return { url: publicUrl, drop };
  };

  return {
    stack,
    roomUrl,
    sameSite: { url: stack.storefront?.url ?? '', drop: sameDrop },
    crossSite: await startShop(`cross-${id}`),
    late: [await startShop(`late-a-${id}`), await startShop(`late-b-${id}`)],
    async stop() {
      await Promise.all(services.map((service) => stopProcess(service.process)));
      await stack.stop();
    },
  };
}

/** Schedules the drop of `shop` through the control plane: lobby open now, a draw, opening after `opensInSeconds`. */
export async function scheduleDrop(
  { stack }: Shops,
  shop: ShopOfTest,
  opensInSeconds: number,
): Promise<void> {
  await askControlPlane(stack, '/api/v1/drops', {
    id: shop.drop,
    name: 'Aurora Low',
    opensAt: new Date(Date.now() + opensInSeconds * 1000).toISOString(),
    admission: { lobby: 'draw', lobbySeconds: 3600, ratePerMinute: 600 },
    page: { returnOrigins: [new URL(shop.url).origin], defaultReturnTo: `${shop.url}/buy` },
    perShopperLimit: 2,
    currency: 'EUR',
    products: [
      { sku: 'low-42', name: 'Aurora Low, size 42', priceMinor: 12_900, stock: 20 },
      { sku: 'low-43', name: 'Aurora Low, size 43', priceMinor: 12_900, stock: 3 },
    ],
  });
}

/** Holds the line of a shop still, or lets it go on. */
export async function steer({ stack }: Shops, { drop }: ShopOfTest, act: 'pause' | 'resume'): Promise<void> {
  await askControlPlane(stack, `/api/v1/drops/${drop}/${act}`, {});
}

/**
 * A rehearsal of the shop's drop without a crowd, and the link by which staff walk it through the shop.
 * @returns the copy, and the address
 */
export async function rehearse(
  { stack }: Shops,
  { drop }: ShopOfTest,
): Promise<{ copy: string; shopUrl: string }> {
  const settings = { shoppers: 0, lobbySeconds: 5, openSeconds: 1800 };
  await askControlPlane(stack, `/api/v1/drops/${drop}/rehearsals`, settings);
  const pass = await askControlPlane(stack, `/api/v1/drops/${drop}/rehearsals/pass`, {});
  return { copy: String(pass.drop), shopUrl: String(pass.shopUrl) };
}

async function askControlPlane(stack: Stack, path: string, body: unknown): Promise<Record<string, unknown>> {
  const response = await fetch(`${stack.admin?.url}${path}`, {
    method: 'POST',
    headers: { authorization: `Bearer ${stack.operatorKey}`, 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
  if (!response.ok) throw new Error(`POST ${path}: ${response.status} ${await response.text()}`);
  return (await response.json()) as Record<string, unknown>;
}
