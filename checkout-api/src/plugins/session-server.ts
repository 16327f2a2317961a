/**
 * Opens checkout sessions before the router (ADR 0060): the same limits, verification and answer as there. Whatever is the least
 * bit different, a body or a header twice, goes to the router.
 */
import type { IncomingMessage } from 'node:http';
import {
  type AnswerFirst,
  bytesAsText,
  type DirectAnswers,
  type DirectRequest,
  type FixedWindowLimiter,
  problem,
  type TakeOne,
  tooManyRequests,
} from '@sluice/service-kit';
import { type Admit, readBearer } from '../admission/admit.ts';
import { shedOr } from '../admission/shedding.ts';
import { isRehearsal } from '../domain/rehearsal.ts';
import type { Checkout } from './checkout.ts';
import { sessionAnswer } from './session-answer.ts';
import type { Traffic } from './traffic.ts';

export const SESSION_PATH = '/v1/drops/:drop/session';

const PREFIX = '/v1/drops/';
const SUFFIX = '/session';
/** By the bounds of the contract (DropId, SessionHeaders). */
const DROP = /^[a-z0-9](?:[a-z0-9-]{0,38}[a-z0-9])?$/;
const SECRET_CHARS_MAX = 200;

export interface SessionServerOptions {
  readonly checkout: Checkout;
  readonly admit: Admit;
  readonly strangers: FixedWindowLimiter;
  /** Counts an address's openings, with those that the router answers. */
  readonly limit: TakeOne;
  readonly clientKey: (request: IncomingMessage) => string;
  readonly isSecure: (request: IncomingMessage) => boolean;
  readonly traffic: Traffic;
}

export function createSessionServer(options: SessionServerOptions, direct: DirectAnswers): AnswerFirst {
  const { checkout, admit, strangers, limit, clientKey, isSecure, traffic } = options;
  const { sessions, metrics } = checkout;

  async function open(at: DirectRequest, { token, secret }: Presented): Promise<void> {
    traffic.inFlight++;
    try {
      const key = clientKey(at.request);
      if (!strangers.take(key)) throw problem('rate-limited', undefined, { retryAfterSeconds: 60 });
      const admission = await admit({ token, secret, drop: at.drop });
      const waitMs = limit(key);
      if (waitMs > 0) throw tooManyRequests(waitMs);
      const opened = await sessions.open(admission);
      if (!isRehearsal(at.drop)) metrics.sessions.inc({ outcome: opened.verdict });
      const { status, cookie, body } = sessionAnswer(opened, isSecure(at.request));
      // All of it is ASCII but what a shop may call its customer.
      const text = JSON.stringify(body);
      direct.json(at, status, ['set-cookie', cookie], body.customer === undefined ? text : bytesAsText(text));
    } catch (error) {
      direct.fail(at, shedOr(error));
    } finally {
      traffic.inFlight--;
    }
  }

  return (request, response) => {
    const { url = '', method } = request;
    if (method !== 'POST' || !url.endsWith(SUFFIX) || !url.startsWith(PREFIX)) return false;
    const drop = url.slice(PREFIX.length, -SUFFIX.length);
    const presented = readPresented(request);
    if (!presented || !DROP.test(drop)) return false;
    void open({ request, response, route: SESSION_PATH, drop, startedAtMs: performance.now() }, presented);
    return true;
  };
}

interface Presented {
  readonly token: string;
  readonly secret: string;
}

/** Token and secret of a request that has nothing else of note. */
function readPresented({ rawHeaders }: IncomingMessage): Presented | undefined {
  let authorization: string | undefined;
  let secret: string | undefined;
  for (let at = 0; at < rawHeaders.length; at += 2) {
    const value = rawHeaders[at + 1] as string;
    switch ((rawHeaders[at] as string).toLowerCase()) {
      case 'authorization':
        if (authorization !== undefined) return undefined;
        authorization = value;
        break;
      case 'sluice-secret':
        if (secret !== undefined) return undefined;
        secret = value;
        break;
      case 'content-length':
        if (value !== '0') return undefined;
        break;
      case 'content-type':
      case 'transfer-encoding':
      case 'expect':
        return undefined;
    }
  }
  const token = readBearer(authorization);
  return token && secret && secret.length <= SECRET_CHARS_MAX ? { token, secret } : undefined;
}
