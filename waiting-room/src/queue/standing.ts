/** Where one ticket stands, by one read (Q15). */
import { parseGrant } from './check-in.ts';
import type { Commands } from './commands.ts';
import type { SpentReason, Standing } from './queue.ts';

export async function readStanding(commands: Commands, drop: string, number: string): Promise<Standing> {
  const [standing = 'unknown', first, second] = await commands.read('ticket-standing', drop, [number]);
  switch (standing) {
    case 'waiting': {
      // 0: not called; else the µs left in the window on the drop clock, and one.
      const left = Number(second);
      const callExpiresMs = left === 0 ? null : Math.round((commands.clock.nowUs() + left - 1) / 1000);
      return { standing, order: Number(first), called: left > 0, callExpiresMs };
    }
    case 'present':
      return { standing: 'checked-in', order: Number(first), ahead: Number(second) };
    case 'entered':
      return { standing, grant: parseGrant(String(first)) };
    case 'spent':
      return { standing, reason: first as SpentReason };
    default:
      return { standing: 'unknown' };
  }
}
