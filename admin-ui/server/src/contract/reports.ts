/** What a drop was, and the story of one ticket, over HTTP. */
import { Type } from 'typebox';
import { withRules } from './body-rules.ts';
import { Instant, Nullable, PhaseName, Sku } from './common.ts';
import { TicketSales } from './orders.ts';

export const ReportQuery = Type.Object({
  format: Type.Optional(Type.Enum(['json', 'csv'], { default: 'json' })),
});

export const ReportAnswer = Type.Object({
  drop: Type.String(),
  name: Type.String(),
  asOf: Instant,
  phase: PhaseName,
  openedAt: Nullable(Instant),
  firstEntryAt: Nullable(Instant),
  lastEntryAt: Nullable(Instant),
  joined: Type.Integer(),
  peakWaiting: Type.Integer({ description: 'As seen every five seconds' }),
  peakWaitingAt: Nullable(Instant),
  peakInside: Type.Integer(),
  peakInsideAt: Nullable(Instant),
  checkedIn: Type.Integer(),
  entered: Type.Integer(),
  noShows: Type.Integer({ description: 'Called, and did not come' }),
  abandoned: Type.Integer({ description: 'Gave their place up' }),
  abandonedShare: Nullable(Type.Number({ description: 'Of those who joined' })),
  bought: Type.Integer({
    description:
      "Shoppers who entered and paid: by the checkout's orders, else by the sessions that ended so",
  }),
  conversion: Nullable(Type.Number({ description: 'bought of entered; null while nobody has entered' })),
  leftWithoutBuying: Type.Object({
    released: Type.Integer(),
    expired: Type.Integer(),
    revoked: Type.Integer(),
  }),
  waitSeconds: Nullable(
    Type.Object(
      { p50: Type.Number(), p90: Type.Number(), p99: Type.Number(), longest: Type.Number() },
      { description: 'Of those who entered: from the opening (drawn places) or their arrival to the entry' },
    ),
  ),
  losses: Type.Integer({ description: 'Times that Redis had lost something and the drop healed' }),
  products: Nullable(
    Type.Array(
      Type.Object({
        sku: Sku,
        initial: Type.Integer(),
        sold: Type.Integer(),
        held: Type.Integer(),
        available: Type.Integer(),
      }),
      { description: 'Null while the checkout does not answer, and where there is none' },
    ),
  ),
  unitsSold: Nullable(Type.Integer()),
  sales: Nullable(
    Type.Object(
      {
        currency: Type.String(),
        orders: Type.Integer(),
        buyers: Type.Integer({ description: 'Different tickets' }),
        cancelled: Type.Integer(),
        amountMinor: Type.Integer({ description: 'Paid, in the minor unit' }),
        refundedMinor: Type.Integer(),
      },
      { description: "By the checkout's orders; null while it does not answer, and where there is none" },
    ),
  ),
});

export const LookUp = withRules(
  Type.Object(
    {
      ticket: Type.Optional(
        Type.String({ minLength: 60, maxLength: 400, description: "As the shopper's cookie has it" }),
      ),
      number: Type.Optional(
        Type.String({ pattern: '^[A-Za-z0-9_-]{43}$', description: 'Public number; sub and jti of a token' }),
      ),
      order: Type.Optional(Type.String({ format: 'uuid', description: 'Id of an order' })),
      reference: Type.Optional(
        Type.String({ minLength: 6, maxLength: 12, description: 'As the page shows it: K7Q-4MD' }),
      ),
    },
    { additionalProperties: false },
  ),
  (body) => {
    const given = Object.values((body ?? {}) as object).filter((value) => value !== undefined);
    return given.length === 1
      ? []
      : [{ path: '/ticket', reason: 'or number, reference or order must be given, and only one' }];
  },
);

export const LookUpAnswer = Type.Object({
  checkout: Type.Enum(['told', 'unavailable', 'none'], {
    description: "Whether holds, payments and refunds are told; none: the checkout is someone else's",
  }),
  tickets: Type.Array(
    Type.Object({
      number: Type.String(),
      reference: Type.String(),
      standing: Type.Enum(['waiting', 'checked-in', 'entered', 'spent', 'unknown']),
      reason: Nullable(Type.String({ description: 'Why it is spent' })),
      order: Nullable(Type.Number()),
      isDrawn: Nullable(
        Type.Boolean({ description: 'Its place was drawn in the lobby, and not taken by arrival' }),
      ),
      events: Type.Array(
        Type.Object({
          at: Nullable(Instant),
          what: Type.String({
            description:
              'joined, drawn, called, checked-in, entered, held, payment-declined, bought, refunded …',
          }),
          from: Type.Enum(['room', 'checkout'], { description: 'Who has it in their books' }),
          detail: Nullable(Type.String({ description: 'Units, amounts in the minor unit, reasons' })),
        }),
      ),
      sales: Nullable(TicketSales),
    }),
    { description: 'A reference may fit several' },
  ),
});
