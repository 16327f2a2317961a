/**
 * Lets so many more shoppers join a drop of a running room, through the join script in batches of 500, and prints
 * `{"tickets": […]}`: signed tickets of some of them, evenly taken.
 *
 * node fill-drop.ts <drop> <count> <tickets wanted>; REDIS_URL and TICKET_KEYS_FILE are the room's. In the lobby of a drawn
 * drop the orders are drawn from its seed, as the room does.
 */
import { readFileSync } from 'node:fs';
import { connectRedis, createLogger } from '@sluice/service-kit';
import { createTickets } from '../src/admission/tickets.ts';
import { drawnOrder } from '../src/domain/draw.ts';
import { Commands } from '../src/queue/commands.ts';
import { dropKeys } from '../src/queue/keys.ts';
import { Seeds } from '../src/queue/seeds.ts';
import { fillLine, type Joined } from './fill-line.ts';

const EVERYONES_CLASS = { band: 1, chances: 1 } as const;

const [drop = '', count = '', wanted = ''] = process.argv.slice(2);
const log = createLogger({ name: 'fill-drop', level: 'warn' });
const redis = connectRedis({
  ...{ url: process.env.REDIS_URL ?? '', name: 'fill-drop', log },
  commandTimeoutMs: 60_000,
});
await new Promise((resolve) => redis.once('ready', resolve));
const { keys } = JSON.parse(readFileSync(process.env.TICKET_KEYS_FILE ?? '', 'utf8')) as {
  keys: [{ kid: number; secret: string }];
};
const [{ kid, secret }] = keys;
const tickets = createTickets([{ kid, secret: Buffer.from(secret, 'base64url') }]);

const seeds = new Seeds(redis);
await seeds.load(drop);
const opened = await redis.hget(dropKeys(drop).control, 'opened_us');
const seed = Number(opened ?? 0) > 0 ? null : seeds.current(drop);

const every = Math.max(1, Math.floor(Number(count) / Number(wanted)));
const issued: string[] = [];
let seen = 0;
function keep({ id, order, joinedUs, epoch }: Joined): void {
  if (seen++ % every !== 0 || issued.length >= Number(wanted)) return;
  const ticketClass = { ...EVERYONES_CLASS, headStartMs: 0 };
  issued.push(
    tickets.issue({
      ...{ drop, id, joinedUs, epoch, customer: null },
      ...{ class: ticketClass, order: order === 0 ? null : order },
    }),
  );
}
await fillLine(new Commands(redis), drop, {
  count: Number(count),
  onJoined: keep,
  ...(seed && {
    commit: seed.commit,
    drawnOrderOf: (number: string) => drawnOrder(seed.key, number, EVERYONES_CLASS),
  }),
});
redis.disconnect();
console.log(JSON.stringify({ tickets: issued }));
