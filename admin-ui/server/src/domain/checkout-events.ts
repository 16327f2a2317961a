/** What happened to a ticket in the checkout, as events of its story: held, paid, given back, refunded. */

/** As the checkout tells it; only what the story is made of. */
export interface TicketInBooks {
  readonly session: { readonly openedAt: string } | null;
  readonly revocation: { readonly at: string; readonly reason: string } | null;
  readonly holds: readonly {
    readonly status: string;
    readonly amountMinor: number;
    readonly currency: string;
    readonly createdAt: string;
    readonly finishedAt: string | null;
    readonly lines: readonly { readonly sku: string; readonly quantity: number }[];
    readonly payments: readonly {
      readonly status: string;
      readonly reason: string | null;
      readonly startedAt: string;
      readonly settledAt: string | null;
    }[];
    readonly refunds: readonly {
      readonly kind: string;
      readonly status: string;
      readonly amountMinor: number;
      readonly reason: string;
      readonly refusal: string | null;
      readonly requestedAt: string;
      readonly settledAt: string | null;
    }[];
  }[];
}

export interface CheckoutEvent {
  readonly at: string;
  readonly what: string;
  readonly detail: string | null;
}

const AFTER_HOLD: Readonly<Record<string, string>> = {
  paid: 'bought',
  released: 'hold-released',
  expired: 'hold-expired',
};

/** In no order: the room's events go between them. */
export function checkoutEvents({ session, revocation, holds }: TicketInBooks): CheckoutEvent[] {
  const events: CheckoutEvent[] = [];
  const add = (at: string | null, what: string | undefined, detail: string | null = null) => {
    if (at !== null && what !== undefined) events.push({ at, what, detail });
  };
  if (session) add(session.openedAt, 'session-opened');
  for (const hold of holds) {
    const units = hold.lines.map(({ sku, quantity }) => `${quantity} × ${sku}`).join(', ');
    add(hold.createdAt, 'held', units);
    for (const { status, reason, startedAt, settledAt } of hold.payments) {
      add(startedAt, 'payment-begun');
      if (status === 'declined') add(settledAt, 'payment-declined', reason);
      if (status === 'voided' || status === 'reversed') add(settledAt, `payment-${status}`, reason);
    }
    add(hold.finishedAt, AFTER_HOLD[hold.status], `${hold.amountMinor} ${hold.currency}`);
    for (const { status, amountMinor, reason, refusal, requestedAt, settledAt } of hold.refunds) {
      add(requestedAt, 'refund-asked', `${amountMinor} ${hold.currency}: ${reason}`);
      if (status === 'succeeded') add(settledAt, 'refunded', `${amountMinor} ${hold.currency}`);
      if (status === 'refused') add(settledAt, 'refund-refused', refusal);
    }
  }
  if (revocation) add(revocation.at, 'taken-back', revocation.reason);
  return events;
}
