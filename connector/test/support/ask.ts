/** One request to a server on this machine by `node:http`: fetch would say of itself that it is no page visit. */
import { type IncomingMessage, type RequestOptions, request as send } from 'node:http';

/** An origin, or the path of a Unix socket. The path goes out as it stands. */
export async function ask(
  where: string,
  path: string,
  { method = 'GET', headers = {}, form }: AskOptions = {},
): Promise<Response> {
  const body = form?.toString();
  const type = body === undefined ? {} : { 'content-type': 'application/x-www-form-urlencoded' };
  const answer = await new Promise<IncomingMessage>((resolve, reject) => {
    const request = send(
      { ...peerOf(where), path, method, headers: { ...headers, ...type }, agent: false },
      resolve,
    );
    request.once('error', reject).end(body);
  });
  const chunks: Buffer[] = await answer.toArray();
  const answerHeaders = new Headers();
  for (let i = 0; i < answer.rawHeaders.length; i += 2) {
    answerHeaders.append(answer.rawHeaders[i] as string, answer.rawHeaders[i + 1] as string);
  }
  const bytes = Buffer.concat(chunks);
  return new Response(bytes.length > 0 ? bytes : null, {
    status: answer.statusCode as number,
    headers: answerHeaders,
  });
}

function peerOf(where: string): RequestOptions {
  if (where.startsWith('/')) return { socketPath: where };
  const { hostname, port } = new URL(where);
  return { hostname, port };
}

export interface AskOptions {
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly form?: URLSearchParams;
}
