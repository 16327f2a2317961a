/** The bench's shoppers: where they come from, and a crowd of them that waits before anything is measured. */
import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { BenchContext } from './bench.ts';
import { requestText, saveRequests, UNIQUE } from './client/requests.ts';

/**
 * Each bench uses this many addresses. A thousand is the least that counts; with more, no address gets near a limit
 * that holds per address, as in a real crowd.
 */
export const ADDRESSES = 8_192;

const CROWD_CONNECTIONS = 64;
const CROWD_MS_MAX = 300_000;

/** Address number `n` (up to 131,072), from the range set apart for benchmarks (RFC 2544). */
export function shopperAddress(n: number): string {
  return `198.${18 + ((n >> 16) & 1)}.${(n >> 8) & 255}.${n & 255}`;
}

/** What a browser behind the trusted proxy comes with. */
export function shopperHeaders(n: number): Record<string, string> {
  return { 'x-forwarded-for': shopperAddress(n), accept: 'application/json' };
}

export function joinPath(drop: string): string {
  return `/v1/drops/${drop}/tickets`;
}

/** A file of joins, as the waiting page makes them: each request has a nonce of its own. */
export function saveJoins({ stack, folder }: BenchContext, drop: string): string {
  const { host } = new URL(stack.rooms[0]?.url ?? '');
  const run = randomBytes(4).toString('hex');
  const body = JSON.stringify({ nonce: `bench-${run}-${UNIQUE}` });
  const file = join(folder, `joins-${drop}.json`);
  saveRequests(
    file,
    Array.from({ length: ADDRESSES }, (_, n) =>
      requestText({ method: 'POST', path: joinPath(drop), host, headers: shopperHeaders(n), body }),
    ),
  );
  return file;
}

/** One join by itself: its answer shows what all others will look like. */
export async function joinOnce(
  { stack }: BenchContext,
  drop: string,
): Promise<{ bytes: number; ticket: string }> {
  const url = new URL(joinPath(drop), stack.rooms[0]?.url);
  const response = await fetch(url, { method: 'POST', signal: AbortSignal.timeout(5_000) });
  const text = await response.text();
  if (response.status !== 201) throw new Error(`a join was answered ${response.status}: ${text}`);
  return { bytes: Buffer.byteLength(text), ticket: (JSON.parse(text) as { ticket: string }).ticket };
}

/** Lets at least `count` shoppers join over HTTP. @returns their tickets */
export async function gatherCrowd(context: BenchContext, drop: string, count: number): Promise<string[]> {
  const { client, folder, stack, note } = context;
  const { ticket } = await joinOnce(context, drop);
  const file = join(folder, `crowd-${drop}`);
  await client.drive({
    port: Number(new URL(stack.rooms[0]?.url ?? '').port),
    connections: CROWD_CONNECTIONS,
    durationMs: CROWD_MS_MAX,
    requestsMax: count,
    expectedStatus: 201,
    requestsFile: saveJoins(context, drop),
    collect: { file, field: 'ticket', length: ticket.length },
  });
  const tickets = readFileSync(file, 'latin1').split('\n').slice(0, -1);
  note(`${tickets.length.toLocaleString('en')} shoppers wait`);
  return tickets;
}
