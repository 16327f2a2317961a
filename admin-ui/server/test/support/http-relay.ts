/** Stands before the checkout: what comes of a request may be held up on its way, and its answer may be lost on the way back. */
import { createServer, type IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface Meeting {
  /** It goes on when this has come about. */
  readonly until?: Promise<unknown>;
  /** It is done, and nobody hears of it. */
  readonly isAnswerLost?: boolean;
}

export interface HttpRelay {
  readonly url: string;
  /** What the next request of this method meets; all others pass. Resolves when it has come. */
  meet(method: string, meeting: Meeting): Promise<void>;
  close(): Promise<void>;
}

export async function startHttpRelay(target: string): Promise<HttpRelay> {
  const meetings = new Map<string, Meeting & { readonly come: () => void }>();
  const server = createServer(async (request, response) => {
    const { method = '', url = '' } = request;
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk);
    const meeting = meetings.get(method);
    meetings.delete(method);
    meeting?.come();
    await meeting?.until;
    const answer = await fetch(new URL(url, target), {
      method,
      headers: passedOn(request.headers),
      body: chunks.length > 0 ? Buffer.concat(chunks) : null,
    });
    const body = Buffer.from(await answer.arrayBuffer());
    if (meeting?.isAnswerLost) {
      request.socket.destroy();
      return;
    }
    response.writeHead(answer.status, { 'content-type': answer.headers.get('content-type') ?? '' }).end(body);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    meet: (method, meeting) =>
      new Promise((come) => {
        meetings.set(method, { ...meeting, come });
      }),
    close() {
      server.closeAllConnections();
      return new Promise((resolve) => server.close(() => resolve()));
    },
  };
}

function passedOn({ authorization, ...headers }: IncomingHttpHeaders): Record<string, string> {
  const names = ['content-type', 'idempotency-key'] as const;
  return Object.fromEntries([
    ['authorization', String(authorization)],
    ...names.flatMap((name) => (headers[name] === undefined ? [] : [[name, String(headers[name])]])),
  ]);
}
