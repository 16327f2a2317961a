/** The control plane as an operator's script uses it: drops are made and closed through its own API. */

interface Plane {
  readonly admin: { readonly url: string } | undefined;
  readonly operatorKey: string;
}

export interface DropWish {
  readonly id: string;
  readonly name: string;
  readonly opensAt: string;
  readonly admission: Readonly<Record<string, unknown>>;
  readonly page: Readonly<Record<string, unknown>>;
  readonly perShopperLimit: number;
  readonly currency: string;
  readonly products: readonly { sku: string; name: string; priceMinor: number; stock: number }[];
}

export interface ControlPlane {
  /** Answers the commitment of the drop's seed; '' for a drop without a draw. */
  createDrop(wish: DropWish): Promise<string>;
  closeDrop(id: string): Promise<void>;
}

/** Against hanging, not for speed. */
const TIMEOUT_MS = 60_000;

/** Every method throws an Error with the answer when it is refused. */
export function createControlPlane({ admin, operatorKey }: Plane): ControlPlane {
  async function post(path: string, body: unknown): Promise<Record<string, unknown>> {
    const answer = await fetch(`${admin?.url}${path}`, {
      method: 'POST',
      headers: { authorization: `Bearer ${operatorKey}`, 'content-type': 'application/json' },
      body: JSON.stringify(body),
      signal: AbortSignal.timeout(TIMEOUT_MS),
    });
    const text = await answer.text();
    if (!answer.ok) throw new Error(`the control plane refused ${path}: ${answer.status} ${text}`);
    return JSON.parse(text) as Record<string, unknown>;
  }
  return {
    async createDrop(wish) {
      const { commit } = await post('/api/v1/drops', wish);
      return typeof commit === 'string' ? commit : '';
    },
    async closeDrop(id) {
      await post(`/api/v1/drops/${id}/close`, { reason: 'the play is over', confirm: true });
    },
  };
}
