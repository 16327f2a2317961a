/** Enters in the ledger what was done while it did not answer: in order, each act once, with when it was done. */
import type { JournalEntry } from '../domain/journal.ts';
import { wayBack } from '../domain/undo.ts';
import type { ControlPlane } from './control-plane.ts';
import { projectDrop } from './project-drop.ts';

/** @returns how many were entered */
export async function enterJournal(plane: ControlPlane, drop: string): Promise<number> {
  const entries = await plane.journal.read(drop);
  return enter(plane, entries);
}

/** What this instance has kept in a file, for a Redis that has lost both the acts and their journal. */
export async function enterKept(plane: ControlPlane): Promise<void> {
  const entries = await plane.kept.read();
  if (entries.length === 0) return;
  await enter(plane, entries);
  await plane.kept.clear(entries.length);
}

async function enter(plane: ControlPlane, entries: readonly JournalEntry[]): Promise<number> {
  let entered = 0;
  for (const entry of entries) {
    if (await enterOne(plane, entry)) entered++;
    await plane.journal.forget(entry);
  }
  for (const id of new Set(entries.map(({ drop }) => drop))) {
    const drop = entered > 0 ? await plane.drops.find(id) : undefined;
    if (drop) await projectDrop(plane, drop);
  }
  return entered;
}

async function enterOne(plane: ControlPlane, entry: JournalEntry): Promise<boolean> {
  const { id, at, drop, act, actor, reason, after } = entry;
  const live = (await plane.projection.live([drop])).get(drop);
  const step = await plane.drops.change({
    ...{ act, drop, actor, reason, ifVersion: null },
    // Redis has counted on meanwhile.
    aboveVersion: live?.policyVersion ?? 0,
    journaled: { id, at },
    decide: (planned) => wayBack(after, planned),
  });
  if (step.status !== 'changed' && step.status !== 'unchanged') return false;
  plane.count.act(act);
  plane.log.warn({ entry: id, act, drop }, 'an act of an outage is in the ledger now');
  return true;
}
