/**
 * The entries that this gate has on lease from the room (ADR 0110), and the room's health as the leasing finds it. A lease was
 * counted when it was given, so spending it while the room is away lets nobody in beyond rate, sessions and stock.
 */
import { setTimeout as pause } from 'node:timers/promises';
import { readText } from '../read-text.ts';
import { COMPACT_JWS, DIGEST, TOKEN_LENGTH_MAX } from '../words.ts';

/** A ready-signed admission: what a shopper's two cookies will hold. */
export interface LeasedEntry {
  readonly number: string;
  readonly token: string;
  readonly secret: string;
  /** Milliseconds since the epoch. */
  readonly expiresAt: number;
}

export interface LeasesOptions {
  /** Where the room's service routes are. */
  readonly room: string;
  readonly drop: string;
  readonly serviceToken: string;
  /** Random, of this process: another one has other leases. */
  readonly gate: string;
  /** Told when the room is lost and found again. */
  readonly onRoom: (state: 'up' | 'down', drop: string) => void;
}

export interface Leases {
  /** True once the room could not be asked twice in a row. */
  readonly roomIsDown: boolean;
  readonly held: number;
  /** One entry, when the room is down, it last said that the drop is open, and the pace allows; else null. */
  take(): LeasedEntry | null;
  /** Asks the room until closed. */
  start(): void;
  /** Gives back what is held, if the room can be asked within two seconds. */
  close(): Promise<void>;
}

const ASK_EVERY_MS = 10_000;
/** While some are lacking, or too many: the room's bucket holds a second of the rate, so a batch is small. */
const ASK_AGAIN_MS = 2_500;
/** Between attempts at a room that does not answer. */
const ASK_DOWN_MS = 1_000;
const FETCH_TIMEOUT_MS = 2_000;
const FAILURES_UNTIL_DOWN = 2;
/** What a gate may hold, spend and give back between two answers (the room's limit, Q5). */
const NUMBERS_MAX = 500;
/** 500 entries of 2.2 KB. */
const DOCUMENT_BYTES_MAX = 2_097_152;
/** A pair with less than this left is no use to a shopper who has yet to choose. */
const LIFE_MIN_MS = 60_000;
const MINUTE_MS = 60_000;

export function createLeases({ room, drop, serviceToken, gate, onRoom }: LeasesOptions): Leases {
  const held = new Map<string, LeasedEntry>();
  const spent = new Set<string>();
  const returned = new Set<string>();
  const closing = new AbortController();
  let running: Promise<void> = Promise.resolve();
  let batch = 0;
  let failures = 0;
  let quota = 0;
  let isOpen = false;
  let everyMs = Number.POSITIVE_INFINITY;
  let nextAt = 0;

  /** What is not to be spent any more is forgotten first and given back then: never the other way round. */
  function giveBack(number: string): void {
    held.delete(number);
    returned.add(number);
  }

  async function ask(isLast = false): Promise<void> {
    if (isLast) for (const number of [...held.keys()]) giveBack(number);
    const soon = Date.now() + LIFE_MIN_MS;
    for (const entry of held.values()) if (entry.expiresAt < soon) giveBack(entry.number);
    for (const number of [...held.keys()].slice(quota)) giveBack(number);
    const told = { held: [...held.keys()], spent: [...spent], returned: [...returned] };
    const free = NUMBERS_MAX - told.held.length - told.spent.length - told.returned.length;
    // The quota is not known before the first answer.
    const lacking = Math.max(0, batch === 0 ? 1 : quota - held.size);
    const want = isLast ? 0 : Math.min(lacking, Math.max(0, free));
    const response = await fetch(`${room}/v1/drops/${drop}/leases`, {
      method: 'POST',
      headers: { authorization: `Bearer ${serviceToken}`, 'content-type': 'application/json' },
      body: JSON.stringify({ gate, batch: String(batch), want, ...told }),
      redirect: 'error',
      signal: AbortSignal.timeout(FETCH_TIMEOUT_MS),
    });
    const text = await readText(response, DOCUMENT_BYTES_MAX);
    if (response.status !== 200) throw new Error(`the room answered ${response.status}`);
    const answer = readAnswer(text);
    batch += 1;
    for (const number of told.spent) spent.delete(number);
    for (const number of told.returned) returned.delete(number);
    for (const number of answer.void) held.delete(number);
    for (const entry of answer.entries) keep(entry);
    ({ quota } = answer);
    isOpen = answer.phase === 'open';
    // A minute's worth of the drop is out at most, so every gate may spend its part within a minute.
    everyMs = held.size === 0 ? Number.POSITIVE_INFINITY : MINUTE_MS / held.size;
  }

  function keep(entry: Omit<LeasedEntry, 'secret'> & { readonly secret: string | undefined }): void {
    // Taken by a shopper while the request was on its way: what was prolonged is theirs.
    if (spent.has(entry.number) || returned.has(entry.number)) return;
    const secret = entry.secret ?? held.get(entry.number)?.secret;
    if (secret !== undefined) held.set(entry.number, { ...entry, secret });
  }

  async function run(): Promise<void> {
    while (!closing.signal.aborted) {
      try {
        await ask();
        if (failures >= FAILURES_UNTIL_DOWN) onRoom('up', drop);
        failures = 0;
      } catch {
        failures += 1;
        if (failures === FAILURES_UNTIL_DOWN) onRoom('down', drop);
      }
      const isOff = isOpen && held.size !== quota;
      const waitMs = failures > 0 ? ASK_DOWN_MS : isOff ? ASK_AGAIN_MS : ASK_EVERY_MS;
      await pause(waitMs, undefined, { signal: closing.signal }).catch(() => {});
    }
  }

  return {
    get roomIsDown() {
      return failures >= FAILURES_UNTIL_DOWN;
    },
    get held() {
      return held.size;
    },
    take() {
      const now = performance.now();
      if (failures < FAILURES_UNTIL_DOWN || !isOpen || now < nextAt) return null;
      const soon = Date.now() + LIFE_MIN_MS;
      for (const entry of held.values()) {
        if (entry.expiresAt < soon) continue;
        held.delete(entry.number);
        spent.add(entry.number);
        nextAt = now + everyMs;
        return entry;
      }
      return null;
    },
    start() {
      running = run();
    },
    async close() {
      closing.abort();
      await running;
      await ask(true).catch(() => {}); // they run out by themselves
    },
  };
}

interface LeaseAnswer {
  readonly phase: string;
  readonly quota: number;
  readonly void: readonly string[];
  readonly entries: readonly (Omit<LeasedEntry, 'secret'> & { readonly secret: string | undefined })[];
}

/** @throws Error when this is no answer of a room */
function readAnswer(text: string): LeaseAnswer {
  const answer = JSON.parse(text) as Record<string, unknown>;
  const { phase, quota, void: gone, entries } = answer;
  if (typeof phase !== 'string' || !Number.isSafeInteger(quota) || !isListOf(gone, isDigest))
    throw new Error('no answer of a room');
  if (!isListOf(entries, isEntry)) throw new Error('no answer of a room');
  return {
    phase,
    quota: quota as number,
    void: gone,
    entries: entries.map(({ number, token, secret, expiresAt }) => ({
      number,
      token,
      secret,
      expiresAt: Date.parse(expiresAt),
    })),
  };
}

function isListOf<Item>(value: unknown, isItem: (item: unknown) => item is Item): value is Item[] {
  return Array.isArray(value) && value.every(isItem);
}

function isDigest(value: unknown): value is string {
  return typeof value === 'string' && DIGEST.test(value);
}

interface WireEntry {
  readonly number: string;
  readonly token: string;
  readonly secret: string | undefined;
  readonly expiresAt: string;
}

function isEntry(value: unknown): value is WireEntry {
  const { number, token, secret, expiresAt } = Object(value) as Record<string, unknown>;
  return (
    isDigest(number) &&
    typeof token === 'string' &&
    token.length <= TOKEN_LENGTH_MAX &&
    COMPACT_JWS.test(token) &&
    (secret === undefined || isDigest(secret)) &&
    typeof expiresAt === 'string' &&
    Number.isFinite(Date.parse(expiresAt))
  );
}
