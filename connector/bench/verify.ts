/**
 * What verification costs and how late it refuses, by itself, without a service: a token that comes again, a token that
 * nobody has shown yet beside `jwtVerify` of jose on the same tokens in turn, and the moment from which one that has run out
 * is refused. The last line is one object.
 *
 * node verify.ts <milliseconds of a phase> <pairs>
 */
import { createHash, generateKeyPairSync, randomBytes, sign } from 'node:crypto';
import { setTimeout as wait } from 'node:timers/promises';
import { createLocalJWKSet, jwtVerify } from 'jose';
import { createAdmissionVerifier } from '../src/index.ts';

const ISSUER = 'https://room.example';
const DROP = 'bench-verify';
/** Looks this often whether a token that runs out is refused. */
const LOOK_EVERY_MS = 5;
const [phaseText = '', pairsText = ''] = process.argv.slice(2);
const phaseMs = Number(phaseText);
const pairs = Number(pairsText);

const { publicKey, privateKey } = generateKeyPairSync('ed25519');
const kid = 'bench';
const jwks = { keys: [{ ...publicKey.export({ format: 'jwk' }), kid, alg: 'EdDSA', use: 'sig' }] };
const base64url = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');
const header = base64url({ alg: 'EdDSA', typ: 'admission+jwt', kid });

interface Presented {
  readonly token: string;
  readonly secret: string;
  readonly drop: string;
}

function admission(lifetimeSeconds = 3600): Presented & { readonly exp: number } {
  const secret = randomBytes(32).toString('base64url');
  const number = randomBytes(32).toString('base64url');
  const bind = createHash('sha256').update(secret).digest('base64url');
  const iat = Math.floor(Date.now() / 1000);
  const exp = iat + lifetimeSeconds;
  const signed = `${header}.${base64url({ iss: ISSUER, aud: DROP, sub: number, jti: number, iat, nbf: iat, exp, cnf: { bind } })}`;
  const token = `${signed}.${sign(null, Buffer.from(signed), privateKey).toString('base64url')}`;
  return { token, secret, drop: DROP, exp };
}

function verifierWith(options: { clockToleranceSeconds?: number; cacheSize?: number } = {}) {
  return createAdmissionVerifier({ issuer: ISSUER, jwks: async () => jwks as never, ...options });
}

/** Calls a second, one after the other as a request does, and CPU a call in µs, all threads. */
async function pace(durationMs: number, call: (n: number) => Promise<unknown>) {
  const cpu = process.cpuUsage();
  const startedAt = performance.now();
  let calls = 0;
  while (performance.now() - startedAt < durationMs)
    for (const end = calls + 50; calls < end; calls++) await call(calls);
  const { user, system } = process.cpuUsage(cpu);
  return { perSecond: (calls * 1000) / (performance.now() - startedAt), cpuUs: (user + system) / calls };
}

async function demandOk(verdict: Promise<{ ok: boolean }>): Promise<void> {
  if (!(await verdict).ok) throw new Error(`a good token was refused: ${JSON.stringify(await verdict)}`);
}

const median = (values: number[]) => [...values].sort((a, b) => a - b)[values.length >> 1] as number;

/** A text that has just come from a socket: what an engine keeps with a text, such as its hash, is not there yet. */
function asItComes({ token, secret, drop }: Presented): Presented {
  const fresh = (text: string) => Buffer.from(text, 'latin1').toString('latin1');
  return { token: fresh(token), secret: fresh(secret), drop };
}

async function measureRepeated(): Promise<number> {
  const verifier = verifierWith();
  const shoppers = Array.from({ length: 5_000 }, () => admission());
  for (const one of shoppers) await demandOk(verifier.verify(one));
  const rounds = [];
  for (let pair = 0; pair <= pairs; pair++) {
    const { perSecond } = await pace(phaseMs, (n) =>
      demandOk(verifier.verify(asItComes(shoppers[n % shoppers.length] as Presented))),
    );
    if (pair > 0) rounds.push(1e6 / perSecond); // the first warms up
  }
  return median(rounds);
}

async function measureFirst() {
  const keys = createLocalJWKSet(jwks as never);
  const rules = { issuer: ISSUER, audience: DROP, algorithms: ['EdDSA'], typ: 'admission+jwt' };
  // Shown once each within a phase, and forgotten between phases: a verifier without memory.
  const shoppers = Array.from({ length: 2_000 }, () => admission());
  const verifier = verifierWith({ cacheSize: 0 });
  const at = (n: number) => shoppers[n % shoppers.length] as Presented;
  const rounds = [];
  for (let pair = 0; pair <= pairs; pair++) {
    const raw = await pace(phaseMs, (n) => jwtVerify(at(n).token, keys, rules));
    const own = await pace(phaseMs, (n) => demandOk(verifier.verify(at(n))));
    if (pair > 0) rounds.push({ raw, own });
  }
  return {
    ratio: median(rounds.map(({ raw, own }) => own.perSecond / raw.perSecond)),
    perSecond: median(rounds.map(({ own }) => own.perSecond)),
    josePerSecond: median(rounds.map(({ raw }) => raw.perSecond)),
    cpuRatio: median(rounds.map(({ raw, own }) => raw.cpuUs / own.cpuUs)),
  };
}

/** How long after `exp` a token that is known and good is still let through, and beyond the tolerance where there is one. */
async function measureExpiry(clockToleranceSeconds: number): Promise<number> {
  const verifier = verifierWith({ clockToleranceSeconds });
  const shopper = admission(2);
  await demandOk(verifier.verify(shopper));
  for (;;) {
    const verdict = await verifier.verify(shopper);
    const lateMs = Date.now() - (shopper.exp + clockToleranceSeconds) * 1000;
    if (!verdict.ok && lateMs >= 0) return lateMs;
    if (!verdict.ok) throw new Error(`refused ${-lateMs} ms early: ${verdict.reason}`);
    await wait(LOOK_EVERY_MS);
  }
}

const repeatedUs = await measureRepeated();
const first = await measureFirst();
const [refusedAfterExpMs, refusedAfterToleranceMs] = await Promise.all([measureExpiry(0), measureExpiry(5)]);
console.log(JSON.stringify({ repeatedUs, ...first, refusedAfterExpMs, refusedAfterToleranceMs }));
