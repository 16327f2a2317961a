/** A shopper of another drop, with everything genuine: ticket, token, secret, checkout session. */
import { createHash, randomBytes } from 'node:crypto';
import type { Belongings } from '../people/meeting.ts';
import type { Memory } from '../people/world.ts';
import type { Random } from '../random.ts';
import { askPatiently, pause } from '../web/patience.ts';
import type { Site, WebRequest } from '../web/site.ts';

export interface OtherDrop {
  readonly room: Site;
  readonly checkout: Site;
  readonly drop: string;
  readonly memory: Pick<Memory, 'secrets'>;
  readonly random: Random;
  readonly over: AbortSignal;
}

const ADDRESS = '203.0.113.7';
const TRIES_MAX = 100;

/** @throws Error when the other drop lets nobody in */
export async function enterOtherDrop(other: OtherDrop): Promise<Belongings> {
  const { room, checkout, drop, memory, random, over } = other;
  const secret = randomBytes(32).toString('base64url');
  const bind = createHash('sha256').update(secret).digest('base64url');
  const post = (path: string, headers: Record<string, string> = {}, json: unknown = {}): WebRequest => ({
    method: 'POST',
    path,
    address: ADDRESS,
    headers,
    json,
  });
  /** Until it is answered with one of these. */
  async function until(site: Site, request: WebRequest, statuses: readonly number[]) {
    let last = '';
    for (let tries = 0; tries < TRIES_MAX && !over.aborted; tries++) {
      const answer = await askPatiently(site, request, { random, over });
      if (statuses.includes(answer.status)) return answer.body;
      last = `${answer.status} ${answer.problem}`;
      await pause(300, over);
    }
    throw new Error(`the other drop let nobody in: ${request.path} ${last}`);
  }

  const joined = await until(room, post(`/v1/drops/${drop}/tickets`), [200, 201]);
  const ticket = String(joined.ticket);
  const asTicket = { authorization: `Ticket ${ticket}` };
  const { token } = await until(room, post(`/v1/drops/${drop}/admission`, asTicket, { bind }), [200]);
  const asToken = { authorization: `Bearer ${token}`, 'sluice-secret': secret };
  const session = await until(checkout, post(`/v1/drops/${drop}/session`, asToken), [200, 201]);
  for (const text of [ticket, String(token), secret, String(session.token), ADDRESS])
    memory.secrets.add(text);
  return {
    ticket,
    number: String(joined.publicNumber),
    token: String(token),
    secret,
    address: ADDRESS,
    session: String(session.token),
    sessionId: String(session.sessionId),
  };
}
