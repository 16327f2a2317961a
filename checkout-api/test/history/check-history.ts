/**
 * Judges what concurrent clients saw: whether their answers can all be true of one shelf that sells each unit once.
 * Knows nothing of how the service works. Each act has a beginning and an end; in between it may have happened at any
 * instant, so only what was certainly so at some instant counts against the service.
 */

export interface Line {
  sku: string;
  quantity: number;
}

interface Span {
  /** When it was asked and answered, on one clock. */
  from: number;
  to: number;
}

export type Act = Span &
  (
    | {
        kind: 'reserve';
        session: string;
        shopper: string;
        key: string;
        lines: readonly Line[];
        /** `bytes`: the whole answer, where there was one. */
        answer:
          | 'reserved'
          | 'sold-out'
          | 'limit-exceeded'
          | 'key-reused'
          | 'in-flight'
          | 'session-ended'
          | 'failed';
        reservation?: string;
        bytes?: string;
      }
    | { kind: 'release' | 'pay'; reservation: string; answer: 'done' | 'refused' | 'failed' }
    | { kind: 'move'; sku: string; delta: number; answer: 'done' | 'refused' | 'failed' }
  );

type Reserve = Extract<Act, { kind: 'reserve' }>;

export interface Shelf {
  stock: Readonly<Record<string, number>>;
  limit: number;
  /** How long a wrong "sold out" may last after stock came back. */
  soldOutMs: number;
}

/** Everything that can not be true, in sentences. Holds must not expire during the history. */
export function checkHistory(history: readonly Act[], shelf: Shelf): string[] {
  const reserves = history.filter((act) => act.kind === 'reserve');
  return [
    ...checkKeys(reserves),
    ...checkEnds(history),
    ...checkShelf(history, reserves, shelf),
    ...checkLimits(history, reserves, shelf.limit),
  ];
}

/** A key is a function: one wish, one reservation, the same bytes for ever. */
function checkKeys(reserves: readonly Reserve[]): string[] {
  const faults: string[] = [];
  const owners = new Map<string, string>();
  for (const [name, acts] of groupBy(reserves, ({ session, key }) => `${session} ${key}`)) {
    const made = acts.filter((act) => act.answer === 'reserved');
    if (new Set(made.map((act) => act.bytes)).size > 1)
      faults.push(`key ${name} was answered in different bytes`);
    if (new Set(made.map((act) => wishOf(act))).size > 1)
      faults.push(`key ${name} reserved two different wishes`);
    for (const { reservation = '' } of made) {
      const owner = owners.get(reservation);
      if (owner !== undefined && owner !== name)
        faults.push(`${reservation} answers two keys: ${owner} and ${name}`);
      owners.set(reservation, name);
    }
    const [first] = made.toSorted((a, b) => a.to - b.to);
    if (first === undefined) continue;
    for (const act of acts.filter((one) => one.from > first.to)) {
      const isSame = wishOf(act) === wishOf(first);
      if (isSame && !['reserved', 'in-flight', 'failed'].includes(act.answer))
        faults.push(`key ${name} had its reservation and was then told ${act.answer}`);
      if (!isSame && act.answer === 'reserved') faults.push(`key ${name} took another wish`);
    }
  }
  return faults;
}

/** A hold ends once. */
function checkEnds(history: readonly Act[]): string[] {
  const ended = history.filter(
    (act) => (act.kind === 'release' || act.kind === 'pay') && act.answer === 'done',
  );
  return [...groupBy(ended, (act) => ('reservation' in act ? (act.reservation ?? '') : ''))]
    .filter(([, acts]) => new Set(acts.map((act) => act.kind)).size > 1)
    .map(([reservation]) => `${reservation} was both paid and given back`);
}

/** Never more out than was put in, and nobody refused what was certainly there. */
function checkShelf(history: readonly Act[], reserves: readonly Reserve[], shelf: Shelf): string[] {
  const faults: string[] = [];
  const holds = holdsOf(history, reserves);
  for (const [sku, initial] of Object.entries(shelf.stock)) {
    const moves = history.filter((act) => act.kind === 'move' && act.sku === sku && act.answer !== 'refused');
    const wantedOf = (act: Reserve) => act.lines.find((line) => line.sku === sku)?.quantity ?? 0;
    const sumMoves = (keep: (act: Act & { kind: 'move' }) => boolean) =>
      moves.reduce((sum, act) => (act.kind === 'move' && keep(act) ? sum + act.delta : sum), 0);
    for (const instant of new Set(history.flatMap((act) => [act.from, act.to]))) {
      // At most so much can have been there: what was put in by then at the latest, less what was surely taken out.
      const most = initial + sumMoves((act) => (act.delta > 0 ? act.from <= instant : act.to < instant));
      const out = holds.reduce(
        (sum, hold) => (hold.sureFrom <= instant && instant < hold.sureTo ? sum + wantedOf(hold.act) : sum),
        0,
      );
      if (out > most) faults.push(`${out} of ${sku} were out at ${instant}, of ${most}`);
    }
    for (const act of reserves.filter(
      (one) => one.answer === 'sold-out' && one.lines.length === 1 && wantedOf(one) > 0,
    )) {
      const since = act.from - shelf.soldOutMs;
      const least = initial + sumMoves((move) => (move.delta < 0 ? move.from <= act.to : move.to < since));
      const out = holds.reduce(
        (sum, hold) => (hold.mayFrom <= act.to && since < hold.mayTo ? sum + wantedOf(hold.act) : sum),
        0,
      );
      if (least - out >= wantedOf(act))
        faults.push(
          `${act.session} was told "sold out" at ${act.to} with ${least - out} of ${sku} there all the time`,
        );
    }
  }
  return faults;
}

/** Nobody holds more than one shopper may, however many sessions they have. */
function checkLimits(history: readonly Act[], reserves: readonly Reserve[], limit: number): string[] {
  const faults: string[] = [];
  for (const [shopper, holds] of groupBy(holdsOf(history, reserves), (hold) => hold.act.shopper)) {
    for (const { sureFrom } of holds) {
      const units = holds
        .filter((hold) => hold.sureFrom <= sureFrom && sureFrom < hold.sureTo)
        .reduce((sum, hold) => sum + hold.act.lines.reduce((all, line) => all + line.quantity, 0), 0);
      if (units > limit) faults.push(`${shopper} held ${units} at ${sureFrom}, of ${limit}`);
    }
  }
  return faults;
}

interface Hold {
  act: Reserve;
  /** It certainly was out in this span, … */
  sureFrom: number;
  sureTo: number;
  /** … and may have been in this one. */
  mayFrom: number;
  mayTo: number;
}

function holdsOf(history: readonly Act[], reserves: readonly Reserve[]): Hold[] {
  const holds: Hold[] = [];
  const made = reserves.filter((act) => act.answer === 'reserved');
  for (const [reservation, acts] of groupBy(made, (act) => act.reservation ?? '')) {
    const releases = history.filter(
      (act) => act.kind === 'release' && act.reservation === reservation && act.answer !== 'refused',
    );
    const [act] = acts;
    if (act === undefined) continue;
    const asked = reserves.filter((one) => one.session === act.session && one.key === act.key);
    holds.push({
      act,
      sureFrom: Math.min(...acts.map((one) => one.to)),
      sureTo: Math.min(Number.POSITIVE_INFINITY, ...releases.map((one) => one.from)),
      mayFrom: Math.min(...asked.map((one) => one.from)),
      mayTo: Math.min(
        Number.POSITIVE_INFINITY,
        ...releases.filter((one) => 'answer' in one && one.answer === 'done').map((one) => one.to),
      ),
    });
  }
  // A request that failed may have left a hold that nobody has seen.
  for (const act of reserves.filter((one) => one.answer === 'failed')) {
    if (made.some((one) => one.session === act.session && one.key === act.key)) continue;
    const never = Number.POSITIVE_INFINITY;
    holds.push({ act, sureFrom: never, sureTo: never, mayFrom: act.from, mayTo: never });
  }
  return holds;
}

function wishOf({ lines }: Reserve): string {
  return JSON.stringify(lines.toSorted((a, b) => (a.sku < b.sku ? -1 : 1)));
}

function groupBy<Item>(items: readonly Item[], keyOf: (item: Item) => string): Map<string, Item[]> {
  return Map.groupBy(items, keyOf);
}
