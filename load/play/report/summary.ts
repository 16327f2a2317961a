/** The verdict for people: what happened, what was kept, and a sentence for everything that was not. */
import type { PlayedDrop } from '../play-drop.ts';

export interface Report extends PlayedDrop {
  readonly instances: number;
  readonly seed: number;
  readonly seconds: number;
}

export function summaryOf({ verdict, endings, seconds, seed, instances, requests, blows }: Report): string {
  const v = verdict;
  const rows: [string, string][] = [
    [
      'shoppers',
      `${v.shoppers} (${Object.entries(endings)
        .map(([how, count]) => `${count} ${how}`)
        .join(', ')})`,
    ],
    [
      'stock',
      `${v.stock} = ${v.sold} sold + ${v.held} held + ${v.left} left; ${v.oversold} oversold, ${v.lostUnits} lost`,
    ],
    [
      'money',
      `${v.ordersPaid} orders paid, ${v.captured} payments captured, ${v.doubleCharges} charged twice`,
    ],
    [
      'order',
      `${v.orderInversions} inversions, ${v.drawnOrders} places drawn, ${v.drawMismatches} not as drawn`,
    ],
    [
      'rate',
      `${v.tokensIssued} tokens, ${v.rateBoundViolations} windows too full; burst ${v.burstSeen} of ${v.burst}`,
    ],
    [
      'inside',
      `at most ${v.insideMax} of ${v.maxSessions}, ${v.maxSessionsViolations} too many, ${v.doubleAdmissions} twice`,
    ],
    ['forgeries', `${v.forgeriesTried} of ${v.forgeryKinds} kinds, ${v.forgeriesAccepted} accepted`],
    ['logs', `${v.secretsLogged} secrets or addresses`],
    [
      'wait',
      `half within ${(v.waitMsP50 / 1000).toFixed(1)} s, 95 % within ${(v.waitMsP95 / 1000).toFixed(1)} s`,
    ],
    ...(blows.length > 0 ? [['chaos', summaryOfBlows(blows)] as [string, string]] : []),
    ['run', `${seconds} s, ${requests} requests, ${instances} instances, seed ${seed}`],
  ];
  return [
    ...rows.map(([name, text]) => `${name.padEnd(10)} ${text}`),
    '',
    ...v.faults.map((fault) => `✗ ${fault}`),
    v.ok ? '✓ every promise was kept' : `✗ ${v.faults.length} faults`,
  ].join('\n');
}

/** `3 × waiting-room-1 killed, …` */
function summaryOfBlows(blows: Report['blows']): string {
  const counts = new Map<string, number>();
  for (const { to, means } of blows) {
    const what = `${to} ${means}`;
    counts.set(what, (counts.get(what) ?? 0) + 1);
  }
  return [...counts].map(([what, count]) => `${count} × ${what}`).join(', ');
}
