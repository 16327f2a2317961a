/**
 * A crowd that comes too late: 20,000 shoppers with open sessions ask for what is sold out, every request under a key of its
 * own, against a bare POST with an answer as long. What Postgres runs meanwhile, for whatever reason, is counted.
 */
import { randomBytes } from 'node:crypto';
import { join as joinFile } from 'node:path';
import type { Pool } from 'pg';
import { createDrop } from '../../lib/drops.ts';
import type { Bench, BenchContext, Figures } from '../bench.ts';
import { openSessions } from '../checkout-sessions.ts';
import { requestText, saveRequests, UNIQUE } from '../client/requests.ts';
import { checkoutTarget, compareOverHttp } from '../compare-over-http.ts';
import { postgresCpuMs } from '../cpu.ts';
import { shopperHeaders } from '../shoppers.ts';
import { countStatements } from '../statements.ts';
import { rounded } from '../statistics.ts';

const DROP = 'bench-sold-out';
const SKU = 'gone';
const PATH = '/v1/reservations';
/** So many that none of them uses up the limit of a session (120 a minute) while all together ask 60,000 times a second. */
const SESSIONS = 20_000;
const SESSIONS_SHORT = 1_000;
const BODY = JSON.stringify({ lines: [{ sku: SKU, quantity: 1 }] });

export const soldOut: Bench = {
  name: 'sold-out',
  summary: 'reservations of what is sold out, against a bare POST; statements of Postgres counted',
  run,
};

async function run(context: BenchContext): Promise<Figures> {
  const { stack, postgres, folder, isShort } = context;
  const checkout = checkoutTarget(stack);
  await createDrop(stack, {
    id: DROP,
    opensAt: new Date(),
    admission: { lobby: 'fifo', lobbySeconds: 0, tokenSeconds: 3600, holdSeconds: 3600 },
    products: [{ sku: SKU, stock: 1 }],
  });
  const credentials = await openSessions(context, DROP, isShort ? SESSIONS_SHORT : SESSIONS);
  const { host } = new URL(checkout.url);
  const run = randomBytes(4).toString('hex');
  const headersOf = (n: number) => ({
    ...shopperHeaders(n),
    authorization: `Session ${credentials[n]}`,
    'idempotency-key': `bench-${run}-${UNIQUE}`,
  });
  const requestsFile = joinFile(folder, 'late.json');
  saveRequests(
    requestsFile,
    credentials.map((_, n) =>
      requestText({ method: 'POST', path: PATH, host, headers: headersOf(n), body: BODY }),
    ),
  );
  const url = new URL(PATH, checkout.url);
  const first = await ask(url, headersOf(0));
  if (first.status !== 201) throw new Error(`the last unit was not reserved: ${first.status} ${first.text}`);
  const refused = await ask(url, headersOf(1));
  if (refused.status !== 409 || !refused.text.includes('sold-out'))
    throw new Error(`who came too late was answered ${refused.status} ${refused.text}`);

  const counted = countedPhases(postgres);
  const { figures, answers } = await compareOverHttp(context, {
    service: checkout,
    baseline: { method: 'POST', path: PATH, status: 409, answerBytes: Buffer.byteLength(refused.text) },
    requestsFile,
    unit: 'refusals/s',
    bars: { ratio: 0.8 },
    storeCpuMs: counted.storeCpuMs,
  });
  const statements = await counted.statements();
  return {
    ...figures,
    limits: { statementsPerRequest: 0.01 },
    answers,
    statements,
    statementsPerRequest: rounded(statements / answers),
    distinctSessions: credentials.length,
  };
}

/**
 * Statements are counted from the first reading of the store's CPU, so without the time before the first phase; those of
 * phases of the bare server count too: jobs and reports run on.
 */
function countedPhases(postgres: Pool) {
  let before: number | undefined;
  return {
    async storeCpuMs() {
      before ??= await countStatements(postgres);
      return postgresCpuMs(postgres);
    },
    statements: async () => (await countStatements(postgres)) - (before ?? 0),
  };
}

async function ask(url: URL, headers: Record<string, string>): Promise<{ status: number; text: string }> {
  const sample = {
    ...headers,
    'content-type': 'application/json',
    'idempotency-key': randomBytes(8).toString('hex'),
  };
  const response = await fetch(url, { method: 'POST', headers: sample, body: BODY });
  return { status: response.status, text: await response.text() };
}
