/** A rehearsal as operators see it. */
import type { CrowdReport } from '../crowd/crowds.ts';
import type { Rehearsal } from '../domain/rehearsal.ts';
import type { DropReport } from './report-drop.ts';

/** As `endRehearsals` has kept it. */
interface Result {
  readonly report: DropReport | null;
  readonly crowd: CrowdReport | null;
}

export function tellRehearsal(rehearsal: Rehearsal) {
  const { instance: _, clearedAt: __, ...told } = rehearsal;
  const { report = null, crowd = null } = (rehearsal.result ?? {}) as Partial<Result>;
  const iso = (at: Date | null) => at?.toISOString() ?? null;
  return {
    ...told,
    startedAt: rehearsal.startedAt.toISOString(),
    opensAt: rehearsal.opensAt.toISOString(),
    endsAt: rehearsal.endsAt.toISOString(),
    seenAt: rehearsal.seenAt.toISOString(),
    endedAt: iso(rehearsal.endedAt),
    deletedAt: iso(rehearsal.deletedAt),
    crowd: rehearsal.endedAt ? crowd : (rehearsal.crowd as CrowdReport | null),
    result: rehearsal.endedAt ? report : null,
  };
}
