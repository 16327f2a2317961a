/** What stands between verifiers and the instances of a room: hands requests to the first that answers, and counts those for keys. */
import { once } from 'node:events';
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';

export interface RoomBalancer {
  readonly url: string;
  /** How often it was asked for keys. */
  keysAsked(): number;
  /** From now on keys are not to be had (503), or they are again. */
  keysAway(away: boolean): void;
  close(): void;
}

const JWKS_PATH = '/.well-known/jwks.json';

/** @param rooms addresses, read anew for each request */
export async function startRoomBalancer(rooms: () => readonly string[]): Promise<RoomBalancer> {
  let keysAsked = 0;
  let keysAreAway = false;
  const server = createServer(async (request, response) => {
    const isForKeys = request.url === JWKS_PATH;
    if (isForKeys) keysAsked += 1;
    const answer = isForKeys && keysAreAway ? undefined : await passOn(request, rooms());
    if (!answer) return void response.writeHead(503).end();
    response.writeHead(answer.status, { 'content-type': answer.headers.get('content-type') ?? '' });
    response.end(Buffer.from(await answer.arrayBuffer()));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    keysAsked: () => keysAsked,
    keysAway(away) {
      keysAreAway = away;
    },
    close() {
      server.close();
      server.closeAllConnections();
    },
  };
}

/** @returns the answer of the first room that is there; undefined while none is */
async function passOn(request: IncomingMessage, rooms: readonly string[]): Promise<Response | undefined> {
  const body = await buffer(request);
  const { authorization = '', 'content-type': type = 'application/json' } = request.headers;
  for (const room of rooms) {
    const init = { method: request.method ?? 'GET', headers: { authorization, 'content-type': type } };
    const answer = await fetch(`${room}${request.url}`, body.length > 0 ? { ...init, body } : init).catch(
      () => undefined,
    );
    if (answer) return answer;
  }
  return undefined;
}
