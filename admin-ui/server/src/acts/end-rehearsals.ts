/**
 * Ends rehearsals and deletes every side of them: each step may be repeated and stopped at, by any instance. What an instance
 * that was killed has left is ended by another, or by itself when it is back.
 */
import { Problem, problem } from '@sluice/service-kit';
import type { Rehearsal, RehearsalEnd } from '../domain/rehearsal.ts';
import type { Who } from '../store/audit.ts';
import { type ControlPlane, SYSTEM } from './control-plane.ts';
import { makeReport } from './report-drop.ts';

/** A room or checkout that is away when a rehearsal ends has so long to come back and tell what it was. */
const RESULT_WITHIN_MS = 60_000;

type Ending = Rehearsal & { readonly isOver: boolean };

/**
 * It ends within a second or two, by the instance that runs the crowd.
 * @param drop its id, or that of the drop it is a copy of
 * @throws Problem `no-such-rehearsal` when none is running
 */
export async function stopRehearsal(plane: ControlPlane, drop: string, who: Who): Promise<Rehearsal> {
  const running = (await plane.rehearsals.listOf(drop)).find(({ endedAt }) => endedAt === null);
  if (!running || !(await plane.rehearsals.wantStop(running.id, who)))
    throw problem('no-such-rehearsal', `No rehearsal of "${drop}" is running.`);
  plane.count.act('rehearsal.stop');
  return { ...running, stopWantedBy: who.actor };
}

/** The job of every instance. One that fails does not keep the others from being ended. */
export async function endRehearsals(plane: ControlPlane): Promise<void> {
  const { rehearsals, rehearsed, crowds } = plane;
  for (const { id, source } of await rehearsals.known()) rehearsed.set(id, source);
  const failed: unknown[] = [];
  const abandoned = new Set((await rehearsals.abandoned()).map(({ id }) => id));
  for (const rehearsal of await rehearsals.undeleted()) {
    try {
      if (rehearsal.endedAt) {
        if (crowds.has(rehearsal.id)) await sendHome(plane, rehearsal.id);
        await remove(plane, rehearsal);
      } else if (crowds.has(rehearsal.id)) await run(plane, rehearsal);
      else if (abandoned.has(rehearsal.id)) await end(plane, rehearsal);
    } catch (error) {
      failed.push(error);
    }
  }
  if (failed.length > 0) throw new AggregateError(failed, 'rehearsals could not be ended or deleted');
}

async function sendHome({ crowds }: ControlPlane, id: string): Promise<void> {
  await crowds.stop(id);
  crowds.forget(id);
}

/** This instance's own. */
async function run(plane: ControlPlane, rehearsal: Ending): Promise<void> {
  const { id, isOver, stopWantedBy } = rehearsal;
  await plane.rehearsals.beat(id, plane.crowds.report(id));
  if (stopWantedBy === null && !isOver) return;
  await plane.crowds.stop(id);
  await end(plane, rehearsal);
  plane.crowds.forget(id);
}

/** Whoever ends it: what somebody wanted or the clock says comes before that nobody was there to hear it. */
const reasonOf = ({ stopWantedBy, isOver }: Ending): RehearsalEnd => {
  if (stopWantedBy !== null) return 'stopped';
  return isOver ? 'over' : 'interrupted';
};

async function end(plane: ControlPlane, rehearsal: Ending): Promise<void> {
  const { id, endsAt } = rehearsal;
  let report: unknown = null;
  try {
    report = await makeReport(plane, id);
  } catch (error) {
    // Its drop was never made, or is gone: there is nothing to tell.
    const isGone = error instanceof Problem && error.type === 'no-such-drop';
    if (!isGone && Date.now() < endsAt.getTime() + RESULT_WITHIN_MS) throw error;
  }
  const crowd = plane.crowds.report(id) ?? rehearsal.crowd;
  const who: Who = { actor: rehearsal.stopWantedBy ?? SYSTEM, reason: null };
  if (await plane.rehearsals.end(id, reasonOf(rehearsal), { report, crowd }, who))
    plane.count.act('rehearsal.end');
}

/** The plan first, so that nobody writes it again; then the checkout, which would report to a room that knows nothing of it. */
async function remove(plane: ControlPlane, { id, clearedAt }: Rehearsal): Promise<void> {
  const { rehearsals, source, checkout } = plane;
  if (!(await rehearsals.claimDeletion(id))) return;
  let left = await rehearsals.removePlan(id);
  if (checkout !== null) left += await checkout.deleteRehearsal(id);
  left += await source.forget(id, new Date());
  if (left > 0 || clearedAt === null) return;
  await rehearsals.deleted(id, { actor: SYSTEM, reason: null });
}
