/** Drops as a file: what is exported, planned and applied. Unknown fields are refused. */
import { Type } from 'typebox';
import { accessFaults } from '../domain/drop-access.ts';
import { type Fault, faultAt } from '../domain/fault.ts';
import { DEFAULT_ZONE, pageFaults, productFaults } from '../domain/plan-rules.ts';
import { reservedIdFaults } from '../domain/rehearsal.ts';
import { readSchedule } from '../domain/schedule.ts';
import { withRules } from './body-rules.ts';
import { DropId, Nullable } from './common.ts';
import { CodesMaking } from './drop-access.ts';
import { DropCreation } from './drops.ts';
import { SeriesCreation } from './series.ts';

/** A season; a drop of 1,000 products is some 100 KB. */
const DROPS_MAX = 500;
/** More than an installation has of them; each makes drops for years. */
const SERIES_MAX = 100;

const { id: _id, reason: _reason, ...planned } = DropCreation.properties;

const { reason: _why, ...seriesPlanned } = SeriesCreation.properties;

const { kind, label, count, usesMax } = CodesMaking.properties;
/** As they are declared; the codes themselves stand in no file. */
const CodesInFile = Type.Object({ label, kind, count, usesMax }, { additionalProperties: false });
/** Batches of a drop in a file; a season has some. */
const BATCHES_IN_FILE_MAX = 50;
/** Of all drops in a file together: they are told in one answer. */
const CODES_IN_FILE_MAX = 50_000;

const DropInFile = Type.Object(
  {
    id: DropId,
    ...planned,
    codes: Type.Optional(
      Type.Array(CodesInFile, {
        maxItems: BATCHES_IN_FILE_MAX,
        description:
          'Made where the drop has none of that label and kind; told in the answer that makes them',
      }),
    ),
  },
  { additionalProperties: false },
);

const SeriesInFile = Type.Object(seriesPlanned, { additionalProperties: false });

export const DropFile = withRules(
  Type.Object(
    {
      version: Type.Literal(1, { description: 'Of the form of this file' }),
      drops: Type.Array(DropInFile, { maxItems: DROPS_MAX }),
      series: Type.Optional(Type.Array(SeriesInFile, { maxItems: SERIES_MAX })),
    },
    { additionalProperties: false },
  ),
  (body) => {
    const list = (body as { drops?: unknown } | null)?.drops;
    const drops: unknown[] = Array.isArray(list) ? list : [];
    const ids = drops.map((drop) => (drop as { id?: unknown } | null)?.id);
    const series = (body as { series?: unknown } | null)?.series;
    const names = (Array.isArray(series) ? series : []).map((one) => (one as { id?: unknown } | null)?.id);
    const twice = names.flatMap((id, index) =>
      names.indexOf(id) < index ? [faultAt(`/series/${index}/id`, 'is stated twice')] : [],
    );
    const ofDrops = drops.flatMap((drop, index) => {
      const faults: Fault[] = [
        ...(ids.indexOf(ids[index]) < index ? [faultAt('/id', 'is stated twice')] : []),
        ...reservedIdFaults((drop as { id?: unknown } | null)?.id),
        ...readSchedule(drop, DEFAULT_ZONE).faults,
        ...pageFaults((drop as { page?: unknown } | null)?.page),
        ...accessFaults((drop as { access?: unknown } | null)?.access),
        ...codesFaults((drop as { codes?: unknown } | null)?.codes),
        // Whether there must be any is known where the drop is.
        ...productFaults({
          products: (drop as { products?: unknown } | null)?.products,
          admission: { stockBound: 'off' },
        }),
      ];
      return faults.map(({ path, reason }) => ({ path: `/drops/${index}${path}`, reason }));
    });
    const tooMany =
      sumOf(drops.flatMap((drop) => codesOf((drop as { codes?: unknown } | null)?.codes))) > CODES_IN_FILE_MAX
        ? [faultAt('/drops', `must not make more than ${CODES_IN_FILE_MAX} codes at once`)]
        : [];
    return [...ofDrops, ...twice, ...tooMany];
  },
);

const codesOf = (codes: unknown): { label?: unknown; kind?: unknown; count?: unknown }[] =>
  Array.isArray(codes) ? codes.filter((one) => typeof one === 'object' && one !== null) : [];

const sumOf = (codes: ReturnType<typeof codesOf>): number =>
  codes.reduce((sum, one) => sum + (typeof one.count === 'number' ? one.count : 1), 0);

function codesFaults(codes: unknown): Fault[] {
  const names = codesOf(codes).map((one) => JSON.stringify([one.kind ?? 'access', one.label]));
  return names.flatMap((name, index) =>
    names.indexOf(name) < index ? [faultAt(`/codes/${index}/label`, 'is stated twice')] : [],
  );
}

/** A name that is mistyped would apply what nobody has looked at. */
export const ApplyQuery = Type.Object(
  {
    digest: Type.Optional(
      Type.String({
        pattern: '^[0-9a-f]{64}$',
        description: 'Of the plan that was looked at; another one is refused',
      }),
    ),
    confirm: Type.Optional(
      Type.Boolean({ default: false, description: 'Large and dangerous changes of running drops, too' }),
    ),
  },
  { additionalProperties: false },
);

const Told = Type.Object({
  code: Type.String(),
  values: Type.Record(Type.String(), Type.String()),
});
/** Null: said in English alone. */
const DangerCodes = Type.Array(Nullable(Told), { description: 'Of `dangers`, one for one' });
const RefusalCodes = Type.Array(
  Nullable(
    Type.Object({
      ...Told.properties,
      of: Type.Enum(['refusal', 'reason', 'detail']),
      field: Nullable(Type.String()),
    }),
  ),
  { description: 'Of `refusals`, one for one' },
);

const Change = Type.Object({
  drop: DropId,
  action: Type.Enum(['create', 'change', 'none', 'refused']),
  fields: Type.Array(Type.Object({ field: Type.String(), from: Type.Unknown(), to: Type.Unknown() })),
  dangers: Type.Array(Type.String(), { description: 'Done only with confirm=true' }),
  dangerCodes: DangerCodes,
  refusals: Type.Array(Type.String()),
  refusalCodes: RefusalCodes,
});

const SeriesChange = Type.Object({
  series: Type.String(),
  action: Change.properties.action,
  fields: Change.properties.fields,
  refusals: Change.properties.refusals,
  refusalCodes: RefusalCodes,
});

export const PlanAnswer = Type.Object({
  digest: Type.String(),
  summary: Type.String({ description: '"1 to create, 2 to change, 5 as they are, 0 refused"' }),
  changes: Type.Array(Change),
  series: Type.Array(SeriesChange),
});

export const ApplyAnswer = Type.Object({
  ...PlanAnswer.properties,
  applied: Type.Array(DropId),
  codes: Type.Array(
    Type.Object({
      drop: DropId,
      label: Type.String(),
      kind: Type.Enum(['access', 'bypass']),
      codes: Type.Array(Type.String()),
    }),
    { description: 'That were made: told this once' },
  ),
});
