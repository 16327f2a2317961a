/** Gates of the connector as processes of their own, with entries on lease (ADR 0110), and what their counts say. */
import { closeSync, openSync } from 'node:fs';
import { join } from 'node:path';
import { freePort } from '../../../scripts/lib/ports.mjs';
import { startProcess, stopProcess } from '../../../scripts/lib/processes.mjs';
import { repoRoot } from '../../../scripts/lib/repo.mjs';
import { pause } from '../web/patience.ts';
import { createSite, type Site } from '../web/site.ts';

export interface GatesOptions {
  readonly count: number;
  readonly rooms: readonly { readonly url: string }[];
  readonly serviceToken: string;
  readonly drop: string;
  readonly logDir: string;
}

export interface GateCounts {
  /** Entries on lease, ready to be spent, of all gates. */
  readonly held: number;
  /** Of the gate that has fewest. */
  readonly heldLeast: number;
  /** Shoppers let in by entries on lease. */
  readonly entries: number;
  /** Gates that can not ask the room. */
  readonly down: number;
}

export interface Gates {
  readonly site: Site;
  counts(): Promise<GateCounts>;
  /** Ends them; what is on lease goes back. */
  stop(): Promise<void>;
}

/** The page behind the gates. */
export const GATED_PATH = '/buy';
const SHOP = 'https://shop.example';
const UP_MS = 20_000;

/** Each asks another instance of the room. @throws Error when one does not come up */
export async function startGates(options: GatesOptions): Promise<Gates> {
  const started = await Promise.all(Array.from({ length: options.count }, (_, at) => startGate(options, at)));
  const site = createSite(started.map(({ origin }) => origin));
  const figure = (text: string, name: string) =>
    Number(new RegExp(`^sluice_gate_${name}\\{[^}]*\\} (\\d+)`, 'm').exec(text)?.[1] ?? 0);
  const metricsOf = async (origin: string) => (await fetch(`${origin}/.sluice/metrics`)).text();
  await untilUp(started.map(({ origin }) => origin));
  return {
    site,
    async counts() {
      const texts = await Promise.all(started.map(({ origin }) => metricsOf(origin)));
      const held = texts.map((text) => figure(text, 'leases_held'));
      const sum = (all: readonly number[]) => all.reduce((total, one) => total + one, 0);
      return {
        held: sum(held),
        heldLeast: Math.min(...held),
        entries: sum(texts.map((text) => figure(text, 'metered_entries_total'))),
        down: sum(texts.map((text) => figure(text, 'room_down'))),
      };
    },
    async stop() {
      await Promise.all(started.map(({ gate }) => stopProcess(gate)));
      await site.close();
    },
  };
}

async function startGate({ rooms, serviceToken, drop, logDir }: GatesOptions, at: number) {
  const port = await freePort();
  const room = (rooms[at % rooms.length] as { url: string }).url;
  const log = openSync(join(logDir, `gate-${at + 1}.log`), 'a');
  const gate = await startProcess(
    `gate-${at + 1}`,
    process.execPath,
    [
      join(repoRoot, 'connector/src/gate/cli.ts'),
      ...['gate', '--room', room, '--shop', SHOP, '--listen', `127.0.0.1:${port}`],
      ...['--protect', `${GATED_PATH}=${drop}`, '--when-down', `${drop}=metered`],
    ],
    { stdio: ['ignore', log, log], env: { PATH: process.env.PATH, SLUICE_SERVICE_TOKEN: serviceToken } },
  );
  closeSync(log);
  return { gate, origin: `http://127.0.0.1:${port}` };
}

async function untilUp(origins: readonly string[]): Promise<void> {
  const endsAt = performance.now() + UP_MS;
  for (const origin of origins) {
    while (
      !(await fetch(`${origin}/.sluice/livez`).then(
        () => true,
        () => false,
      ))
    ) {
      if (performance.now() > endsAt) throw new Error('a gate did not come up');
      await pause(50, new AbortController().signal);
    }
  }
}
