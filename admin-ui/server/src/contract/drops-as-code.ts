/** Drops as a file: what is exported, planned and applied. Unknown fields are refused. */
import { Type } from 'typebox';
import { accessFaults } from '../domain/drop-access.ts';
import { type Fault, faultAt } from '../domain/fault.ts';
import { DEFAULT_ZONE, pageFaults, productFaults } from '../domain/plan-rules.ts';
import { reservedIdFaults } from '../domain/rehearsal.ts';
import { readSchedule } from '../domain/schedule.ts';
import { withRules } from './body-rules.ts';
import { DropId } from './common.ts';
import { DropCreation } from './drops.ts';

/** A season; a drop of 1,000 products is some 100 KB. */
const DROPS_MAX = 500;

const { id: _id, reason: _reason, ...planned } = DropCreation.properties;

const DropInFile = Type.Object({ id: DropId, ...planned }, { additionalProperties: false });

export const DropFile = withRules(
  Type.Object(
    {
      version: Type.Literal(1, { description: 'Of the form of this file' }),
      drops: Type.Array(DropInFile, { maxItems: DROPS_MAX }),
    },
    { additionalProperties: false },
  ),
  (body) => {
    const list = (body as { drops?: unknown } | null)?.drops;
    const drops: unknown[] = Array.isArray(list) ? list : [];
    const ids = drops.map((drop) => (drop as { id?: unknown } | null)?.id);
    return drops.flatMap((drop, index) => {
      const faults: Fault[] = [
        ...(ids.indexOf(ids[index]) < index ? [faultAt('/id', 'is stated twice')] : []),
        ...reservedIdFaults((drop as { id?: unknown } | null)?.id),
        ...readSchedule(drop, DEFAULT_ZONE).faults,
        ...pageFaults((drop as { page?: unknown } | null)?.page),
        ...accessFaults((drop as { access?: unknown } | null)?.access),
        // Whether there must be any is known where the drop is.
        ...productFaults({
          products: (drop as { products?: unknown } | null)?.products,
          admission: { stockBound: 'off' },
        }),
      ];
      return faults.map(({ path, reason }) => ({ path: `/drops/${index}${path}`, reason }));
    });
  },
);

export const ApplyQuery = Type.Object({
  digest: Type.Optional(
    Type.String({
      pattern: '^[0-9a-f]{64}$',
      description: 'Of the plan that was looked at; another one is refused',
    }),
  ),
  confirm: Type.Optional(
    Type.Boolean({ default: false, description: 'Large and dangerous changes of running drops, too' }),
  ),
});

const Change = Type.Object({
  drop: DropId,
  action: Type.Enum(['create', 'change', 'none', 'refused']),
  fields: Type.Array(Type.Object({ field: Type.String(), from: Type.Unknown(), to: Type.Unknown() })),
  dangers: Type.Array(Type.String(), { description: 'Done only with confirm=true' }),
  refusals: Type.Array(Type.String()),
});

export const PlanAnswer = Type.Object({
  digest: Type.String(),
  summary: Type.String({ description: '"1 to create, 2 to change, 5 as they are, 0 refused"' }),
  changes: Type.Array(Change),
});

export const ApplyAnswer = Type.Object({ ...PlanAnswer.properties, applied: Type.Array(DropId) });
