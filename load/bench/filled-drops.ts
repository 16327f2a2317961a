/** Crowds of a drop that join through the join script, 500 a call, where a request for each would take minutes. */
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { BenchContext } from './bench.ts';
import { runProgram } from './programs.ts';

const PROGRAM = fileURLToPath(new URL('../../waiting-room/bench/fill-drop.ts', import.meta.url));

/** @returns signed tickets of `tickets` of them, as the room would have given them */
export async function fillDrop(
  { stack, note }: BenchContext,
  drop: string,
  { count, tickets = 0 }: { readonly count: number; readonly tickets?: number },
): Promise<string[]> {
  const startedAt = performance.now();
  const filled = await runProgram<{ tickets: string[] }>(PROGRAM, [drop, count, tickets], {
    REDIS_URL: stack.redisUrl,
    TICKET_KEYS_FILE: join(stack.keysDir, 'ticket-keys.json'),
  });
  const seconds = ((performance.now() - startedAt) / 1000).toFixed(1);
  note(`${count.toLocaleString('en')} joined ${drop} in ${seconds} s`);
  return filled.tickets;
}
