/**
 * Access codes as a file of drops declares them (ADR 0145): by whom they are for, how many, how often each may be used. The codes
 * themselves are in no file; they are told in the answer that makes them.
 */
import { BATCHES_MAX, type CodeBatch } from '../domain/access-codes.ts';
import type { Drop } from '../domain/drop.ts';
import type { Refusal } from '../domain/refusals.ts';
import type { PlannedChange } from './plan-drops.ts';

export interface CodesInFile {
  readonly label: string;
  readonly kind?: CodeBatch['kind'];
  readonly count?: number;
  readonly usesMax?: number;
}
type Declared = Required<CodesInFile>;

const wholeOf = ({ label, kind = 'access', count = 1, usesMax = 1 }: CodesInFile): Declared => ({
  ...{ label, kind, count, usesMax },
});
const isGood = ({ revokedAt, wordDigest }: CodeBatch) => revokedAt === null && wordDigest === null;
const isSameName = (a: Pick<Declared, 'kind' | 'label'>, b: Pick<Declared, 'kind' | 'label'>) =>
  a.kind === b.kind && a.label === b.label;

/** Those that a drop has not got yet. */
export function missingCodes(codes: readonly CodesInFile[], batches: readonly CodeBatch[]): Declared[] {
  return codes
    .map(wholeOf)
    .filter((one) => !batches.some((batch) => isGood(batch) && isSameName(batch, one)));
}

export function planCodes(
  codes: readonly CodesInFile[],
  { codeBatches }: Pick<Drop, 'codeBatches'>,
): Pick<PlannedChange, 'fields' | 'refusals'> {
  const missing = missingCodes(codes, codeBatches);
  const changed = codes.map(wholeOf).filter((one) => {
    const known = codeBatches.filter((batch) => isGood(batch) && isSameName(batch, one));
    return (
      known.length > 0 && !known.some(({ count, usesMax }) => count === one.count && usesMax === one.usesMax)
    );
  });
  return {
    fields: missing.map(({ label, ...to }) => ({ field: `codes.${label}`, from: null, to })),
    refusals: [
      ...changed.map(
        ({ label }): Refusal =>
          `codes "${label}" were made as they are: withdraw them, or make others under another label`,
      ),
      ...(codeBatches.length + missing.length > BATCHES_MAX
        ? [`codes of a drop are made at most ${BATCHES_MAX} times` satisfies Refusal]
        : []),
    ],
  };
}

/** As a file has them. Withdrawn ones are over, and words are known to nobody any more. */
export function declaredCodes(batches: readonly CodeBatch[]): Declared[] {
  const good = batches.filter(isGood);
  return good
    .filter((batch, at) => good.findIndex((one) => isSameName(one, batch)) === at)
    .map(({ label, kind, count, usesMax }) => ({ label, kind, count, usesMax }));
}
