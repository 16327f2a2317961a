/** Makes drops as operators do: through the control plane's own API. */
import type { Stack } from '../../scripts/lib/stack.mjs';

export interface DropPlan {
  readonly id: string;
  readonly opensAt: Date;
  /** Fields of the admission policy; those not given have their defaults. */
  readonly admission: Readonly<Record<string, string | number>>;
  readonly products: readonly { readonly sku: string; readonly stock: number }[];
  readonly perShopperLimit?: number;
}

/** @throws Error with the control plane's own words when it refuses */
export async function createDrop(
  { admin, operatorKey }: Pick<Stack, 'admin' | 'operatorKey'>,
  plan: DropPlan,
) {
  const { id, opensAt, admission, products, perShopperLimit = 2 } = plan;
  const response = await fetch(`${admin?.url}/api/v1/drops`, {
    method: 'POST',
    headers: { authorization: `Bearer ${operatorKey}`, 'content-type': 'application/json' },
    body: JSON.stringify({
      id,
      name: id,
      opensAt: opensAt.toISOString(),
      admission,
      page: { returnOrigins: ['https://shop.example'], defaultReturnTo: 'https://shop.example/' },
      perShopperLimit,
      currency: 'EUR',
      products: products.map(({ sku, stock }) => ({ sku, name: sku, priceMinor: 10_000, stock })),
    }),
    signal: AbortSignal.timeout(10_000),
  });
  if (!response.ok)
    throw new Error(`the control plane refused drop ${id}: ${response.status} ${await response.text()}`);
}

/** Resolves when the room's pulse says one of `phases`. @throws Error after 20 s */
export async function waitForPhase(roomUrl: string, drop: string, phases: readonly string[]): Promise<void> {
  const deadline = performance.now() + 20_000;
  let last = '';
  while (performance.now() < deadline) {
    const response = await fetch(`${roomUrl}/v1/drops/${drop}/pulse`, { signal: AbortSignal.timeout(5_000) });
    last = response.ok ? ((await response.json()) as { phase: string }).phase : `${response.status}`;
    if (phases.includes(last)) return;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error(`drop ${drop} did not become ${phases.join(' or ')}: ${last}`);
}
