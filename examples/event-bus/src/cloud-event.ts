/** A CloudEvent (1.0, structured JSON) as the checkout's outbox tells it; what is no such event is found out here. */

export interface CloudEvent {
  readonly specversion: '1.0';
  /** The same however often the event is told. */
  readonly id: string;
  /** `sluice.order.paid`, … */
  readonly type: string;
  /** `/drops/<drop>` */
  readonly source: string;
  /** What it is about: an order, a SKU, a drop. */
  readonly subject: string;
  readonly data: Readonly<Record<string, unknown>>;
}

export const CONTENT_TYPE = 'application/cloudevents+json';

/** Undefined: it is none. */
export function readCloudEvent(text: string): CloudEvent | undefined {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return undefined;
  }
  if (typeof value !== 'object' || value === null) return undefined;
  const { specversion, id, type, source, subject, data } = value as Record<string, unknown>;
  const isNamed = [id, type, source, subject].every((name) => typeof name === 'string' && name !== '');
  if (specversion !== '1.0' || !isNamed || typeof data !== 'object' || data === null) return undefined;
  return value as CloudEvent;
}
