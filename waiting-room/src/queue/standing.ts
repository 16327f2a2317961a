/** Where one ticket stands, by one read (Q15), and more time for one that has been called (Q17). */
import { parseGrant } from './check-in.ts';
import type { Commands } from './commands.ts';
import type { ExtensionOutcome, SpentReason, Standing } from './queue.ts';

export async function readStanding(
  commands: Commands,
  drop: string,
  number: string,
  epoch: string,
): Promise<Standing> {
  const reply = await commands.read('ticket-standing', drop, [number, epoch]);
  const [standing = 'unknown', first, second, third, fourth] = reply;
  switch (standing) {
    case 'waiting': {
      // 0: not called; else the µs left in the window on the drop clock, and one.
      const left = Number(second);
      const nowUs = commands.clockOf(drop).nowUs();
      const isCalled = left > 0;
      return {
        standing,
        order: Number(first),
        called: isCalled,
        callExpiresMs: isCalled ? Math.round((nowUs + left - 1) / 1000) : null,
        extensionsLeft: Number(third),
        turnEndsMs: isCalled ? Math.round((nowUs + Number(fourth)) / 1000) : null,
      };
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

export async function extendCall(
  commands: Commands,
  drop: string,
  number: string,
): Promise<ExtensionOutcome> {
  const [status, now, word, left, extensions] = await commands.run('extend-call', drop, [number]);
  if (status === 'no-such-drop') return { status };
  if (word === 'spent') return { status: word, reason: left as SpentReason };
  if (word !== 'extended')
    return { status: word as Exclude<ExtensionOutcome['status'], 'extended' | 'spent'> };
  const callExpiresMs = Math.round((Number(now) + Number(left)) / 1000);
  return { status: word, callExpiresMs, extensionsLeft: Number(extensions) };
}
