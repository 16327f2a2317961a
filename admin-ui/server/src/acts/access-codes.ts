/** Access codes and the bypass list of a drop: made, told, withdrawn (ADR 0112, ADR 0113). */
import { problem } from '@sluice/service-kit';
import type { ToldBatch } from '../contract/drop-access.ts';
import { BATCHES_MAX, type CodeBatch, makeCode, wordDigest } from '../domain/access-codes.ts';
import type { Drop } from '../domain/drop.ts';
import type { Who } from '../store/audit.ts';
import { changeDrop } from './change-drop.ts';
import { refuseClosed } from './change-plan.ts';
import type { ControlPlane } from './control-plane.ts';

export interface CodesRequest {
  readonly kind?: CodeBatch['kind'];
  readonly label: string;
  readonly count?: number;
  readonly usesMax?: number;
  readonly word?: string;
}

export interface CodesAct extends Who {
  readonly drop: string;
  readonly ifVersion: number | null;
  /** Asked of those that there are, once nobody else can make any: may throw a problem to make none. */
  readonly check?: (batches: readonly CodeBatch[]) => void;
}

export interface MadeCodes {
  readonly drop: Drop;
  readonly batch: CodeBatch;
  /** Told this once: they are kept nowhere. */
  readonly codes: string[];
}

/** @throws Problem `no-such-drop`, `drop-closed`, `version-mismatch`, 409 `too-many-codes`, 400 `invalid-request` */
export async function makeCodes(
  plane: ControlPlane,
  { kind = 'access', label, count = 1, usesMax = 1, word }: CodesRequest,
  { drop: id, check, ...act }: CodesAct,
): Promise<MadeCodes> {
  const key = plane.codeKeyOf(id);
  const digest = word === undefined ? null : wordDigest(key, word);
  const made = { kind, label, count, usesMax, wordDigest: digest, createdBy: act.actor, revokedAt: null };
  const drop = await changeDrop(plane, {
    ...{ ...act, act: 'codes.make', drop: id, isConfirmed: true },
    decide({ codeBatches }, live) {
      refuseClosed(live);
      check?.(codeBatches);
      if (codeBatches.length === BATCHES_MAX)
        throw problem('too-many-codes', `Codes of a drop are made at most ${BATCHES_MAX} times.`);
      if (digest !== null && codeBatches.some(({ wordDigest: taken }) => taken === digest)) {
        const errors = [{ field: 'body.word', reason: 'is or was a code of this drop' }];
        throw problem('invalid-request', 'body.word is or was a code of this drop', { errors });
      }
      const batch = { ...made, number: codeBatches.length, createdAt: live.asOf.toISOString() };
      return { codeBatches: [...codeBatches, batch] };
    },
  });
  const batch = drop.codeBatches.at(-1);
  if (!batch) throw new Error('codes were made and are not there');
  const codes =
    word === undefined ? Array.from({ length: count }, (_, at) => makeCode(key, batch.number, at)) : [word];
  return { drop, batch, codes };
}

/**
 * Its codes are nobody's from the next second on; who is in line stays there.
 * @throws Problem `no-such-drop`, `version-mismatch`, 404 `no-such-codes`
 */
export function revokeCodes(plane: ControlPlane, number: number, { drop, ...act }: CodesAct): Promise<Drop> {
  return changeDrop(plane, {
    ...{ ...act, act: 'codes.revoke', drop, isConfirmed: true },
    decide({ codeBatches }, live) {
      if (!codeBatches.some((batch) => batch.number === number))
        throw problem('no-such-codes', `Codes of the number ${number} were never made.`);
      const revokedAt = live.asOf.toISOString();
      return {
        codeBatches: codeBatches.map((batch) =>
          batch.number === number && batch.revokedAt === null ? { ...batch, revokedAt } : batch,
        ),
      };
    },
  });
}

/** Latest first, with the uses that Redis has, or the ledger while it does not answer. */
export async function tellCodes(plane: ControlPlane, { id, access, codeBatches }: Drop) {
  const seen = await plane.codeUses.find(id);
  const numbers = codeBatches.map(({ number }) => number);
  const now = await plane.projection.codeUses(id, numbers).catch((err: unknown) => {
    plane.log.warn({ err, drop: id }, 'uses of codes are told as they were last seen');
    return new Map<number, number>();
  });
  const usesOf = (number: number) => Math.max(seen.get(number) ?? 0, now.get(number) ?? 0);
  return {
    codeRequired: access.codeRequired,
    batches: codeBatches.map((batch) => tellBatch(batch, usesOf(batch.number))).reverse(),
  };
}

export function tellBatch({ wordDigest: digest, ...batch }: CodeBatch, uses: number): ToldBatch {
  return { ...batch, isWord: digest !== null, uses };
}
