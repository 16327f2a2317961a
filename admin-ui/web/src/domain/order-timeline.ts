/** The story of an order in one line of time: what its ticket held, paid and got back, and who was told. */

interface Lines {
  readonly lines: readonly { readonly sku: string; readonly quantity: number }[];
}
export interface OrderInBooks {
  readonly ticket: {
    readonly session: {
      readonly openedAt: string;
      readonly endedAt: string | null;
      readonly endReason: string | null;
    } | null;
    readonly revocation: { readonly at: string; readonly reason: string } | null;
    readonly holds: readonly (Lines & {
      readonly status: string;
      readonly amountMinor: number;
      readonly createdAt: string;
      readonly finishedAt: string | null;
      readonly payments: readonly {
        readonly method: string;
        readonly status: string;
        readonly reason: string | null;
        readonly startedAt: string;
        readonly settledAt: string | null;
        readonly messages: readonly { readonly type: string; readonly receivedAt: string }[];
      }[];
      readonly refunds: readonly {
        readonly kind: string;
        readonly status: string;
        readonly amountMinor: number;
        readonly reason: string;
        readonly actor: string;
        readonly refusal: string | null;
        readonly requestedAt: string;
        readonly settledAt: string | null;
      }[];
    })[];
  };
  readonly events: readonly {
    readonly type: string;
    readonly at: string;
    readonly deliveries: readonly { readonly url: string; readonly status: string; readonly tries: number }[];
  }[];
}

export interface OrderMoment {
  readonly at: string;
  /** Ends the id of its message. */
  readonly what: string;
  /** In the minor unit. */
  readonly amountMinor?: number;
  /** Nothing to translate: units, reasons, addresses. */
  readonly detail?: string;
  readonly tone: 'neutral' | 'good' | 'warning' | 'danger';
}

export const unitsText = (lines: Lines['lines']): string =>
  lines.map(({ sku, quantity }) => `${quantity} × ${sku}`).join(', ');

const ENDED: Readonly<Record<string, readonly [what: string, tone: OrderMoment['tone']]>> = {
  paid: ['bought', 'good'],
  released: ['hold-released', 'neutral'],
  expired: ['hold-expired', 'warning'],
};

export function orderTimeline({ ticket, events }: OrderInBooks): OrderMoment[] {
  const moments: OrderMoment[] = [];
  const add = (
    at: string | null,
    what: string,
    tone: OrderMoment['tone'],
    more: Partial<OrderMoment> = {},
  ) => {
    if (at !== null) moments.push({ at, what, tone, ...more });
  };
  if (ticket.session) {
    add(ticket.session.openedAt, 'session-opened', 'neutral');
    add(ticket.session.endedAt, 'session-ended', 'neutral');
  }
  for (const hold of ticket.holds) {
    add(hold.createdAt, 'held', 'neutral', { detail: unitsText(hold.lines), amountMinor: hold.amountMinor });
    for (const { method, status, reason, startedAt, settledAt, messages } of hold.payments) {
      add(startedAt, 'payment-begun', 'neutral', { detail: method });
      if (status === 'declined')
        add(settledAt, 'payment-declined', 'danger', reason === null ? {} : { detail: reason });
      if (status === 'voided' || status === 'reversed') add(settledAt, 'payment-voided', 'warning');
      for (const message of messages)
        add(message.receivedAt, 'provider-told', 'neutral', { detail: message.type });
    }
    const [what, tone] = ENDED[hold.status] ?? [];
    if (what !== undefined && tone !== undefined)
      add(hold.finishedAt, what, tone, { amountMinor: hold.amountMinor });
    for (const refund of hold.refunds) {
      const { amountMinor, reason, actor, refusal, requestedAt, settledAt, status } = refund;
      add(requestedAt, 'refund-asked', 'warning', { amountMinor, detail: `${reason} (${actor})` });
      if (status === 'succeeded') add(settledAt, 'refunded', 'good', { amountMinor });
      if (status === 'refused') add(settledAt, 'refund-refused', 'danger', { detail: refusal ?? '' });
    }
  }
  if (ticket.revocation)
    add(ticket.revocation.at, 'taken-back', 'danger', { detail: ticket.revocation.reason });
  for (const { type, at, deliveries } of events)
    for (const { url, status, tries } of deliveries)
      add(at, `told-${status}`, status === 'dead' ? 'danger' : 'neutral', {
        detail: `${type} → ${url} (${tries})`,
      });
  return moments.sort((one, other) => one.at.localeCompare(other.at));
}
