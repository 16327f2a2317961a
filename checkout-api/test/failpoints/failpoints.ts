/**
 * Every instruction at which a test may kill the service: one before, one during and one after each commit, provider
 * call and Redis write of what sells. The code that ships knows nothing of them: a preloaded module (preload.ts) writes
 * the calls into the sources as they are loaded.
 */

export interface Patch {
  /** From the folder of checkout-api. */
  readonly file: string;
  /** Must stand there exactly once. */
  readonly find: string;
  readonly replace: string;
}

export const PATCHES: readonly Patch[] = [
  {
    file: 'src/store/statements.ts',
    find: 'const { rows } = await database.query<Row>({ name, text, values });',
    replace: `reach('before ' + name);
  const sent = database.query<Row>({ name, text, values });
  // By then it has been written to the connection and Postgres is at it.
  setImmediate(() => reach('during ' + name));
  const { rows } = await sent;
  reach('after ' + name);`,
  },
  {
    file: 'src/payments/pay.ts',
    find: 'outcome = await provider.charge(chargeOf({ ...begun, id, method }));',
    replace: `reach('before charge');
        outcome = await provider.charge(chargeOf({ ...begun, id, method }));
        reach('after charge');`,
  },
  {
    file: 'src/payments/pay.ts',
    find: "await providerOf(last.provider).resolve(chargeOf(last), 'look'),",
    replace: `await (reach('before resolve'), reached('after resolve', providerOf(last.provider))).resolve(chargeOf(last), 'look'),`,
  },
  {
    file: 'src/snapshots/publish-stock.ts',
    find: 'await redis.eval(',
    replace: `reach('before publish');
        setImmediate(() => reach('during publish'));
        await reached('after publish', redis).eval(`,
  },
];

/** Statements that are one commit each, by what a shopper would call it. */
const COMMITS = {
  enter: ['open-sessions'],
  reserve: ['reserve-plain', 'reserve-batch'],
  release: ['release-reservations'],
  pay: ['begin-payment', 'sandbox-charge', 'fail-payment', 'await-payment'],
  confirm: ['settle-payments', 'receive-provider-event'],
} as const;

const around = (point: string) => [`before ${point}`, `during ${point}`, `after ${point}`];

/** By the act in which each is reached. */
export const FAILPOINTS: Readonly<Record<keyof typeof COMMITS | 'publish', readonly string[]>> = {
  enter: COMMITS.enter.flatMap(around),
  reserve: COMMITS.reserve.flatMap(around),
  release: COMMITS.release.flatMap(around),
  pay: ['before charge', 'after charge', ...COMMITS.pay.flatMap(around)],
  confirm: ['before resolve', 'after resolve', ...COMMITS.confirm.flatMap(around)],
  publish: ['before stock-picture', 'after stock-picture', ...around('publish')],
};
