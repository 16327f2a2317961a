/** What every instance does each second beside answering, whatever the others do: Redis compared, the checkout told, overrides ended. */
import type { Projection } from '../projection/projection.ts';
import type { DropStore } from '../store/drops.ts';
import type { SetupState, SetupStore } from '../store/setups.ts';

export interface ReconcileOptions {
  readonly drops: DropStore;
  readonly projection: Projection;
  /** Writes the drop to Redis. */
  readonly project: (id: string) => Promise<unknown>;
  /** Told how many drops Redis lacks, before they are written. */
  readonly observe: (lacking: number) => void;
}

/** Finds what a failover lost, or what could not be written, and writes it (Q1). */
export async function reconcileRedis({
  drops,
  projection,
  project,
  observe,
}: ReconcileOptions): Promise<void> {
  const lacking = await projection.lacking(await drops.projected());
  observe(lacking.length);
  for (const id of lacking) await project(id);
}

/** Set-ups sent in one round: those of an organisation's whole week. */
const SETUPS_AT_ONCE = 20;

export async function sendSetups(
  setups: SetupStore,
  send: (setup: SetupState) => Promise<unknown>,
  observe: (pending: number) => void,
): Promise<void> {
  for (const setup of await setups.claim(SETUPS_AT_ONCE)) await send(setup);
  observe(await setups.countPending());
}
