/** Brings uses of codes from Redis into the ledger; each of a bypass is an entry of the audit log (ADR 0113). */
import { type ControlPlane, SYSTEM } from './control-plane.ts';

/** Entries of one drop and round; the others come in the next. */
const TOLD_AT_ONCE = 100;

/** @returns how many uses were new to the ledger */
export async function noteCodeUses(plane: ControlPlane, drop: string): Promise<number> {
  const found = await plane.drops.find(drop);
  if (!found || found.codeBatches.length === 0) return 0;
  const { codeBatches } = found;
  const numbers = codeBatches.map(({ number }) => number);
  const [seen, now] = await Promise.all([
    plane.codeUses.find(drop),
    plane.projection.codeUses(drop, numbers),
  ]);
  let noted = 0;
  for (const { number, kind, label } of codeBatches) {
    const [before, after] = [seen.get(number) ?? 0, now.get(number) ?? 0];
    if (after <= before) continue;
    const upTo = kind === 'bypass' ? Math.min(after, before + TOLD_AT_ONCE) : after;
    const told =
      kind === 'bypass' ? await plane.projection.toldUses(drop, number, { after: before, upTo }) : [];
    const entries = told.map((use) => ({
      ...{ actor: SYSTEM, act: 'bypass.use', drop, reason: null, before: null },
      after: { codes: number, label, ...use },
    }));
    if (await plane.codeUses.note(drop, { number, before, uses: upTo }, entries)) noted += upTo - before;
  }
  return noted;
}
