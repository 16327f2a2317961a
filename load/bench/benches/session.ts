/**
 * The first minute of an entered shopper, over HTTP, every shopper new: a token nobody has shown yet opens a checkout
 * session, and the session makes a reservation. Against the lesser of a bare POST and what one thread of this machine
 * verifies of Ed25519 signatures, since each shopper needs one; beside the least that one could do (checkout-floor.ts).
 */
import { randomBytes } from 'node:crypto';
import { rmSync } from 'node:fs';
import { join as joinFile } from 'node:path';
import { createAdmissionMaker, publicKeyOf } from '../../lib/admission-tokens.ts';
import { createDrop } from '../../lib/drops.ts';
import type { Bench, BenchContext, Figures } from '../bench.ts';
import { requestText, saveRequests, UNIQUE } from '../client/requests.ts';
import { type Step, saveWalks, TAKEN } from '../client/walks.ts';
import { checkoutTarget, compareOverHttp } from '../compare-over-http.ts';
import { postgresCpuMs } from '../cpu.ts';
import { startCheckoutFloor } from '../helpers.ts';
import { ADDRESSES, shopperAddress, shopperHeaders } from '../shoppers.ts';
import { spreadOf } from '../statistics.ts';
import { measureVerifications } from '../verifications.ts';

const DROP = 'bench-session';
const SKU = 'hot';
const PATH = '/v1/reservations';
const SESSION_PATH = `/v1/drops/${DROP}/session`;
const TOKEN_SECONDS = 3600;
const CREDENTIAL_CHARS = 43;
/** New shoppers ready for a phase: no faster can it be, and a bench whose shoppers run out fails. */
const SHOPPERS_PER_SECOND = 12_000;
const BODY = JSON.stringify({ lines: [{ sku: SKU, quantity: 1 }] });

export const session: Bench = {
  name: 'session',
  summary: 'first token to session to reservation, every shopper new, against a bare POST or Ed25519',
  run,
};

async function run(context: BenchContext): Promise<Figures> {
  const { stack, postgres, folder, timing } = context;
  const checkout = checkoutTarget(stack);
  await createDrop(stack, {
    id: DROP,
    opensAt: new Date(),
    admission: { lobby: 'fifo', lobbySeconds: 0, tokenSeconds: TOKEN_SECONDS, holdSeconds: 3600 },
    products: [{ sku: SKU, stock: 100_000_000 }],
  });
  const admit = createAdmissionMaker(stack, DROP, TOKEN_SECONDS);
  const { host } = new URL(checkout.url);
  const kind = walkSteps(host);
  let file: string | undefined;
  const serviceWalks = (durationMs: number) => {
    if (file) rmSync(file);
    file = joinFile(folder, `walks-${randomBytes(4).toString('hex')}.json`);
    const count = Math.ceil((SHOPPERS_PER_SECOND * (durationMs + 1_000)) / 1000);
    const walks = Array.from({ length: count }, (_, n): [number, ...string[]] => {
      const { token, secret } = admit();
      return [0, shopperAddress(n % ADDRESSES), token, secret];
    });
    saveWalks(file, { kinds: [kind], walks });
    return file;
  };

  const requestsFile = joinFile(folder, 'bare.json');
  const headers = { ...shopperHeaders(1), 'idempotency-key': `bench-${UNIQUE}` };
  saveRequests(requestsFile, [requestText({ method: 'POST', path: PATH, host, headers, body: BODY })]);
  const verifications: number[] = [];
  const sizes = await answerSizes(context, admit());
  const { figures, answers } = await compareOverHttp(context, {
    service: checkout,
    baseline: { method: 'POST', path: PATH, status: 201, answerBytes: sizes.reservation },
    floor: await startCheckoutFloor({
      databaseUrl: stack.databaseUrl,
      reservePath: PATH,
      answerBytes: sizes.reservation,
      session: { path: SESSION_PATH, answerBytes: sizes.session, key: publicKeyOf(stack) },
    }),
    requestsFile,
    serviceWalks,
    bound: async () => {
      verifications.push(await measureVerifications(timing.phaseMs / 4));
      return verifications.at(-1) as number;
    },
    unit: 'shoppers/s',
    bars: { ratio: 0.5 },
    storeCpuMs: () => postgresCpuMs(postgres),
  });
  return {
    ...figures,
    verificationsPerSecond: Math.round(spreadOf(verifications).median),
    shoppers: answers,
    ...(await demandEveryShopper(context, { answered: answers, others: 1 })),
  };
}

/** Values of a walk: address, token, secret. */
function walkSteps(host: string): Step[] {
  const from = { 'x-forwarded-for': '{0}', accept: 'application/json' };
  return [
    {
      text: requestText({
        method: 'POST',
        path: SESSION_PATH,
        host,
        headers: { ...from, authorization: 'Bearer {1}', 'sluice-secret': '{2}' },
      }),
      status: 201,
      take: { field: 'token', length: CREDENTIAL_CHARS },
    },
    {
      text: requestText({
        method: 'POST',
        path: PATH,
        host,
        headers: { ...from, authorization: `Session ${TAKEN}`, 'idempotency-key': 'first' },
        body: BODY,
      }),
      status: 201,
    },
  ];
}

/** Bytes of the two answers, by one shopper who goes the way alone. */
async function answerSizes(
  { stack }: BenchContext,
  { token, secret }: { token: string; secret: string },
): Promise<{ session: number; reservation: number }> {
  const { url } = checkoutTarget(stack);
  const post = async (path: string, headers: Record<string, string>, body?: string) => {
    const answer = await fetch(new URL(path, url), { method: 'POST', headers, ...(body && { body }) });
    const text = await answer.text();
    if (answer.status !== 201) throw new Error(`${path} was answered ${answer.status}: ${text}`);
    return text;
  };
  const opened = await post(SESSION_PATH, { authorization: `Bearer ${token}`, 'sluice-secret': secret });
  const { token: credential } = JSON.parse(opened) as { token: string };
  const headers = {
    authorization: `Session ${credential}`,
    'content-type': 'application/json',
    'idempotency-key': 'first',
  };
  const reserved = await post(PATH, headers, BODY);
  return { session: Buffer.byteLength(opened), reservation: Buffer.byteLength(reserved) };
}

/** Every shopper has one session and one reservation, and the stock says so. @throws Error otherwise */
async function demandEveryShopper(
  { postgres }: BenchContext,
  { answered, others }: { readonly answered: number; readonly others: number },
): Promise<{ rowsInPostgres: number }> {
  const shoppers = answered + others;
  const { rows } = await postgres.query<{ sessions: number; reservations: number; held: number }>(
    `select (select count(*)::integer from checkout.sessions where drop_id = $1) as sessions,
            (select count(distinct jti)::integer from checkout.reservations where drop_id = $1 and status = 'held') as reservations,
            (select sum(held)::integer from checkout.stock where drop_id = $1) as held`,
    [DROP],
  );
  const [found] = rows;
  if (found?.sessions !== shoppers || found.reservations !== shoppers || found.held !== shoppers)
    throw new Error(`${shoppers} shoppers were served, Postgres has ${JSON.stringify(found)}`);
  return { rowsInPostgres: found.reservations - others };
}
