/** Series over HTTP: drops that recur. */
import { Type } from 'typebox';
import { SERIES_ID } from '../domain/series.ts';
import { Admission } from './admission.ts';
import { Choice, DropId, Instant, LocalTime, Nullable, Reason, TimeZone } from './common.ts';
import { DropAnswer, DropCreation } from './drops.ts';

const SeriesId = Type.String({
  pattern: SERIES_ID,
  description: 'Its drops are called so, with date and time after it',
});
export const SeriesParams = Type.Object({ series: SeriesId });

const { name, admission, page, perShopperLimit, currency, products, access } = DropCreation.properties;

const RRule = Type.String({
  minLength: 1,
  maxLength: 500,
  description: 'RFC 5545 without DTSTART: FREQ=WEEKLY;BYDAY=TH. Counted by the clocks of timeZone',
});
const Skipped = Type.Array(LocalTime, {
  maxItems: 500,
  uniqueItems: true,
  description: 'EXDATE: no drop then',
});
const AheadDays = Type.Integer({
  minimum: 1,
  maximum: 90,
  default: 14,
  description: 'Drops are made so early',
});
const OpenSeconds = Nullable(
  Type.Integer({
    minimum: 60,
    maximum: 31_536_000,
    description: 'From opening to closing; null: stays open',
  }),
);

const planned = {
  admission,
  page,
  perShopperLimit,
  products,
  access,
  aheadDays: Type.Optional(AheadDays),
  openSeconds: Type.Optional(OpenSeconds),
  skipped: Type.Optional(Skipped),
  reason: Type.Optional(Reason),
};

export const SeriesCreation = Type.Object(
  {
    id: SeriesId,
    name,
    rrule: RRule,
    startsLocal: LocalTime,
    timeZone: TimeZone,
    choice: Type.Optional(Nullable(Choice)),
    currency,
    ...planned,
  },
  { additionalProperties: false },
);

export const SeriesEdit = Type.Object(
  {
    from: Type.Optional({
      ...LocalTime,
      description: 'The first occurrence it is for; without it all that have not opened',
    }),
    name: Type.Optional(name),
    ...planned,
  },
  { additionalProperties: false, minProperties: 1 },
);

export const SeriesEnd = Type.Object({ reason: Type.Optional(Reason) }, { additionalProperties: false });

export const Series = Type.Object({
  id: SeriesId,
  name: Type.String(),
  rrule: Type.String(),
  startsLocal: Type.String(),
  timeZone: TimeZone,
  choice: Nullable(Choice),
  skipped: Type.Array(Type.String()),
  aheadDays: Type.Integer(),
  openSeconds: Nullable(Type.Integer()),
  admission: Admission,
  page: DropAnswer.properties.page,
  perShopperLimit: Type.Integer(),
  currency: Type.String(),
  products: DropAnswer.properties.products,
  access: DropAnswer.properties.access,
  endedAt: Nullable(Instant),
});

/** Shown ahead: what a calendar page holds. */
export const OCCURRENCES_SHOWN = 20;

export const SeriesAnswer = Type.Object({
  ...Series.properties,
  next: Type.Array(
    Type.Object({
      local: Type.String({ description: 'By the clocks of timeZone' }),
      opensAt: Instant,
      drop: Nullable(Type.String({ description: 'Id of the drop; null: not made yet' })),
      isEditedAlone: Type.Boolean({ description: 'Changes of the series leave it as it is' }),
    }),
  ),
});

export const SeriesList = Type.Object({ series: Type.Array(Series) });

export const EditedSeriesAnswer = Type.Object({
  ...SeriesAnswer.properties,
  changed: Type.Array(DropId, { description: 'Drops that were made already, and are changed with it' }),
  left: Type.Array(Type.Object({ drop: DropId, reason: Type.String() })),
});
