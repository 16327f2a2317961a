/** One crowd as a process of its own: takes one order over IPC, answers when all connections stand, and when it is over. */
import { Crowd } from './crowd.ts';
import type { CrowdAnswer, CrowdOrder } from './orders.ts';

const answer = (what: CrowdAnswer) => process.send?.(what);

process.on('message', (order: CrowdOrder) => {
  const crowd = new Crowd(order);
  crowd
    .gather()
    .then(() => answer({ ok: true, result: null }))
    .then(() => crowd.come())
    .then((result) => answer({ ok: true, result }))
    .catch((error: Error) => answer({ ok: false, message: error.message }));
});
process.on('disconnect', () => process.exit());
