/**
 * The least that anybody could do who answers reservations truthfully, as a process of its own, of the same kind as the checkout:
 * `fastify()` without plugin, hook or logger, whose answers wait for the durable commit of one row each under a unique key
 * and of the hot stock row, batched like the checkout's, in the same Postgres; for a checkout session, one row more and the
 * check of a signature before it. No limit, no admission, no contract, no hold that could be found, ended or paid.
 */
import { createPublicKey, type KeyObject, verify } from 'node:crypto';
import fastify, { type FastifyReply } from 'fastify';
import pg from 'pg';

export interface CheckoutFloor {
  readonly databaseUrl: string;
  readonly reservePath: string;
  readonly answerBytes: number;
  /** Left out where only reservations are asked for. */
  readonly session?: {
    readonly path: string;
    readonly answerBytes: number;
    /** The room's public key, as JWK. */
    readonly key: Readonly<Record<string, string>>;
  };
}

/** As in the checkout. */
const BATCH_MAX = 512;
/** One of each kind is under way at the most. */
const STATEMENTS = 2;
const TOKEN_CHARS = 43;

const { databaseUrl, reservePath, answerBytes, session } = JSON.parse(process.argv[2] ?? '') as CheckoutFloor;
const pool = new pg.Pool({ connectionString: databaseUrl, max: STATEMENTS });
await pool.query(`
  create schema if not exists bench_floor;
  create table if not exists bench_floor.sessions (jti text collate "C" primary key);
  create table if not exists bench_floor.reservations (key text collate "C" primary key);
  create table if not exists bench_floor.stock (sku text primary key, available integer not null) with (fillfactor = 20);
  insert into bench_floor.stock values ('hot', 100000000) on conflict do nothing`);

const keepReservation = createBatches(
  'floor-reserve',
  `with kept as (insert into bench_floor.reservations select unnest($1::text[]) returning 1)
   update bench_floor.stock set available = available - (select count(*) from kept) where sku = 'hot'`,
);
const keepSession = createBatches(
  'floor-session',
  'insert into bench_floor.sessions select unnest($1::text[])',
);

const app = fastify();
const answer = 'x'.repeat(answerBytes);
app.post(reservePath, (request, reply) => {
  const { headers } = request;
  keepReservation(`${headers.authorization ?? ''} ${headers['idempotency-key']}`, () =>
    reply.code(201).send(answer),
  );
});
if (session) addSessionRoute(session);
const url = await app.listen({ host: '127.0.0.1', port: 0 });
process.send?.({ port: Number(new URL(url).port) });
process.on('disconnect', () => process.exit());

function addSessionRoute({ path, answerBytes: bytes, key }: NonNullable<CheckoutFloor['session']>): void {
  const publicKey = createPublicKey({ key, format: 'jwk' });
  app.post(path, (request, reply: FastifyReply) => {
    const jti = readSigned(request.headers.authorization ?? '', publicKey);
    if (jti === undefined) return reply.code(401).send();
    // What the next request brings instead of a credential; unique as the ticket is.
    const text = `{"token":"${jti}"}`;
    keepSession(jti, () => reply.code(201).type('application/json').send(text.padEnd(bytes)));
  });
}

/** The ticket's number, if the signature is the room's. */
function readSigned(authorization: string, key: KeyObject): string | undefined {
  const token = authorization.slice('Bearer '.length);
  const end = token.lastIndexOf('.');
  const signed = Buffer.from(token.slice(0, end), 'latin1');
  if (!verify(null, signed, key, Buffer.from(token.slice(end + 1), 'base64url'))) return undefined;
  const payload = Buffer.from(token.slice(token.indexOf('.') + 1, end), 'base64url').toString();
  const { jti } = JSON.parse(payload) as { jti: string };
  return jti.length === TOKEN_CHARS ? jti : undefined;
}

/** Puts the keys that come while a statement is under way into the next one; a failure ends the process. */
function createBatches(name: string, text: string): (key: string, done: () => void) => void {
  let waiting: { key: string; done: () => void }[] = [];
  let isBusy = false;

  async function send(): Promise<void> {
    while (waiting.length > 0) {
      const batch = waiting.slice(0, BATCH_MAX);
      waiting = waiting.slice(BATCH_MAX);
      await pool.query({ name, text, values: [batch.map(({ key }) => key)] });
      for (const { done } of batch) done();
    }
    isBusy = false;
  }

  return (key, done) => {
    waiting.push({ key, done });
    if (isBusy) return;
    isBusy = true;
    setImmediate(send);
  };
}
