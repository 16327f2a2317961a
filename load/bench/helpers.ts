/** The processes beside the service: the bare server it is compared with, and the client that drives both. */
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { type Managed, startProcess } from '../../scripts/lib/processes.mjs';
import type { BaselineRoute } from './baseline.ts';
import type { CheckoutFloor } from './checkout-floor.ts';
import type { DriveResult } from './client/drive.ts';
import type { ClientAnswer, ClientOrder } from './client/orders.ts';
import type { FloorRoute } from './join-floor.ts';

export interface Client {
  readonly pid: number;
  /** @throws Error on an unexpected status, a broken connection or an answer that does not come */
  drive(order: ClientOrder): Promise<DriveResult>;
}

export interface Baseline {
  readonly pid: number;
  readonly port: number;
}

export async function startClient(): Promise<Client> {
  const { child, pid } = await startNode('bench-client', './client/main.ts');
  return {
    pid,
    async drive(order) {
      child.send(order);
      const answer = (await messageFrom(child)) as ClientAnswer;
      if (!answer.ok) throw new Error(answer.message);
      return answer.result;
    },
  };
}

export function startBaseline(route: BaselineRoute): Promise<Baseline> {
  return startServer('bench-baseline', './baseline.ts', route);
}

/** The least that does what a join must, to say how far the service is from what can be had. */
export function startFloor(route: FloorRoute): Promise<Baseline> {
  return startServer('bench-floor', './join-floor.ts', route);
}

/** Likewise of a reservation, and of a session with one. */
export function startCheckoutFloor(floor: CheckoutFloor): Promise<Baseline> {
  return startServer('bench-floor', './checkout-floor.ts', floor);
}

async function startServer(
  name: string,
  file: string,
  route: BaselineRoute | CheckoutFloor,
): Promise<Baseline> {
  const { child, pid } = await startNode(name, file, JSON.stringify(route));
  const { port } = (await messageFrom(child)) as { port: number };
  return { pid, port };
}

/** A program of this folder. */
export function startNode(name: string, file: string, ...args: string[]): Promise<Managed> {
  const path = fileURLToPath(new URL(file, import.meta.url));
  return startProcess(name, process.execPath, [path, ...args], {
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    graceMs: 2_000,
  });
}

/** @throws Error when the process ends instead */
export async function messageFrom(child: Managed['child']): Promise<unknown> {
  const settled = new AbortController();
  const { signal } = settled;
  const ended = once(child, 'exit', { signal }).then(([code, killedBy]) => {
    throw new Error(`${child.spawnargs[1]} ended (${killedBy ?? code})`);
  });
  try {
    const [message] = await Promise.race([once(child, 'message', { signal }), ended]);
    return message;
  } finally {
    settled.abort();
    await ended.catch(() => {});
  }
}
