/**
 * A room for tests: a real HTTP server on this machine with keys of its own. It serves what connectors and verifiers ask for, a
 * waiting page that lets everybody in at once, and writes down what a checkout tells it. No Redis, no line, no rate.
 */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { DIGEST, DROP_ID } from '../words.ts';
import {
  createTestKey,
  type IssueOptions,
  issueAdmission,
  type TestAdmission,
  type TestKey,
} from './admissions.ts';

/** What a checkout told the room, in the order it came. */
export interface Told {
  readonly method: string;
  /** Behind `/v1/drops/{drop}/`: `capacity`, `sessions/ended`, `products`. */
  readonly what: string;
  readonly drop: string;
  readonly body: unknown;
}

export interface FakeRoomOptions {
  /** Milliseconds since the epoch that admissions are issued by. Default `Date.now`. */
  readonly now?: () => number;
  /** Default: any free one. */
  readonly port?: number;
}

export interface FakeRoom {
  /** Its public origin: `roomUrl` of a connector, `iss` of its tokens. */
  readonly url: string;
  readonly told: readonly Told[];
  /** An admission, or a wrong one where `flaw` says so. */
  issue(options: IssueOptions): Promise<TestAdmission>;
  /** Takes an admission back; verifiers know within 5 s, one that has not asked before at once. */
  revoke(admission: Pick<TestAdmission, 'drop' | 'jti'>): void;
  /** Signs by a new key from now on, published beside the old one. */
  rotateKeys(): void;
  /** Answers 503 to everything until told `true` again. */
  answers(isUp: boolean): void;
  close(): Promise<void>;
}

const BODY_BYTES_MAX = 1_048_576;
const CALLBACK_PATH = '/.sluice/callback';

/** @throws when the port is taken */
export async function startFakeRoom({ now = Date.now, port = 0 }: FakeRoomOptions = {}): Promise<FakeRoom> {
  const keys: [TestKey, ...TestKey[]] = [createTestKey('test-1')];
  const revoked = new Map<string, Set<string>>();
  const told: Told[] = [];
  let isUp = true;

  const server = createServer((request, response) => {
    answer(request, response).catch(() => response.writeHead(500).end());
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', resolve);
  });
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const issue = (options: IssueOptions) => issueAdmission(url, keys[0], options, now() / 1000);

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { pathname, searchParams } = new URL(request.url ?? '/', url);
    if (!isUp) return sendJson(response, 503, { title: 'The fake room is down' });
    if (pathname === '/.well-known/jwks.json')
      return sendJson(response, 200, { keys: keys.map(({ jwk }) => jwk) });
    const page = /^\/w\/([^/]+)$/.exec(pathname)?.[1];
    if (page !== undefined) return sendPage(response, page, searchParams);
    const [, drop = '', what = ''] = /^\/v1\/drops\/([^/]+)\/(.+)$/.exec(pathname) ?? [];
    if (!DROP_ID.test(drop)) return sendJson(response, 404, { title: 'There is no such drop' });
    if (request.method === 'GET' && what === 'revocations')
      return sendJson(response, 200, { drop, revoked: [...(revoked.get(drop) ?? [])] });
    if (request.method === 'GET' && what === 'pulse')
      return sendJson(response, 200, { drop, phase: 'open', waiting: 0 });
    if (['capacity', 'sessions/ended', 'products'].includes(what))
      return takeReport(request, response, drop, what);
    return sendJson(response, 404, { title: 'The fake room has nothing there' });
  }

  async function takeReport(request: IncomingMessage, response: ServerResponse, drop: string, what: string) {
    if (request.method === 'GET') {
      const last = told.findLast((one) => one.drop === drop && one.what === what);
      return last
        ? sendJson(response, 200, last.body)
        : sendJson(response, 404, { title: 'Nothing was told yet' });
    }
    if (!request.headers.authorization?.startsWith('Bearer '))
      return sendJson(response, 401, { title: 'No service token' });
    let text = '';
    for await (const chunk of request) {
      text += chunk;
      if (text.length > BODY_BYTES_MAX) return sendJson(response, 413, { title: 'Too large' });
    }
    try {
      told.push({ method: request.method ?? '', what, drop, body: JSON.parse(text) });
    } catch {
      return sendJson(response, 400, { title: 'Not JSON' });
    }
    response.writeHead(204).end();
  }

  /** Everybody's turn at once: the hand-over form as the real page has it, sent by a script or by the button. */
  async function sendPage(response: ServerResponse, drop: string, query: URLSearchParams): Promise<void> {
    const back = URL.canParse(query.get('return') ?? '') ? new URL(query.get('return') as string) : null;
    const bind = query.get('bind') ?? '';
    if (!DROP_ID.test(drop) || back === null || !/^https?:$/.test(back.protocol) || !DIGEST.test(bind))
      return sendJson(response, 400, { title: 'return must be an address, bind what a connector made' });
    const { token } = await issue({ drop, bind });
    const fields = { token, drop, to: back.pathname + back.search };
    const inputs = Object.entries(fields).map(
      ([name, value]) => `<input type="hidden" name="${name}" value="${escapeHtml(value)}">`,
    );
    response.writeHead(200, { 'content-type': 'text/html; charset=utf-8', 'cache-control': 'no-store' });
    response.end(`<!doctype html><html lang="en"><title>Your turn</title>
<form method="post" action="${escapeHtml(back.origin + CALLBACK_PATH)}">${inputs.join('')}<button>Enter</button></form>
<script>document.forms[0].submit()</script></html>`);
  }

  return {
    url,
    told,
    issue,
    revoke({ drop, jti }) {
      const numbers = revoked.get(drop) ?? new Set();
      revoked.set(drop, numbers.add(jti));
    },
    rotateKeys() {
      keys.unshift(createTestKey(`test-${keys.length + 1}`));
    },
    answers(up) {
      isUp = up;
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

function sendJson(response: ServerResponse, status: number, body: unknown): void {
  response.writeHead(status, { 'content-type': 'application/json', 'cache-control': 'no-store' });
  response.end(JSON.stringify(body));
}

function escapeHtml(text: string): string {
  return text.replace(/[&<>"]/g, (character) => `&#${character.charCodeAt(0)};`);
}
