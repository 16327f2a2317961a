/** The head of a reservation request, when it is of the plain kind that is answered before the router. */
import type { IncomingMessage } from 'node:http';
import { CREDENTIAL } from '../admission/gate.ts';
import { presentedSessions } from '../admission/session-cookie.ts';

/** By the bounds of the contract (IdempotencyHeaders). */
const KEY = /^[\x21-\x7e]{1,128}$/;
/** Longer bodies come in several pieces more often than not. */
const BODY_BYTES_MAX = 4_096;

export interface ReserveHead {
  readonly credential: string;
  /** The drop that a cookie's name says; undefined for a credential from the header. */
  readonly drop: string | undefined;
  readonly key: string;
  readonly bodyBytes: number;
}

/** @returns undefined for whatever is the least bit unusual: a header too many, a second session, a body that is no JSON */
export function readReserveHead(
  request: IncomingMessage,
  isSecure: (request: IncomingMessage) => boolean,
): ReserveHead | undefined {
  let authorization: string | undefined;
  let cookie: string | undefined;
  let key: string | undefined;
  let type: string | undefined;
  let length: string | undefined;
  const { rawHeaders } = request;
  for (let at = 0; at < rawHeaders.length; at += 2) {
    const value = rawHeaders[at + 1] as string;
    switch ((rawHeaders[at] as string).toLowerCase()) {
      case 'authorization':
        if (authorization !== undefined) return undefined;
        authorization = value;
        break;
      case 'cookie':
        if (cookie !== undefined) return undefined;
        cookie = value;
        break;
      case 'idempotency-key':
        if (key !== undefined) return undefined;
        key = value;
        break;
      case 'content-type':
        if (type !== undefined) return undefined;
        type = value;
        break;
      case 'content-length':
        length = value;
        break;
      case 'sluice-drop':
      case 'expect':
        return undefined;
    }
  }
  const bodyBytes = Number(length);
  const isPlain =
    type === 'application/json' &&
    bodyBytes > 0 &&
    bodyBytes <= BODY_BYTES_MAX &&
    key !== undefined &&
    KEY.test(key);
  if (!isPlain || (authorization === undefined && cookie === undefined)) return undefined;
  const secure = authorization === undefined && isSecure(request);
  const [presented, another] = presentedSessions({ authorization, cookie }, secure, undefined);
  if (presented === undefined || another !== undefined || !CREDENTIAL.test(presented.credential))
    return undefined;
  return { ...presented, key: key as string, bodyBytes };
}
