/** Command line and environment of the gate, read into a connector's options: all faults at once. */
import { parseArgs } from 'node:util';
import { type Connector, createConnector } from '../create-connector.ts';
import { createPathRules } from '../path-rules.ts';
import { DROP_ID } from '../words.ts';
import type { DownSettings } from './gate-server.ts';
import type { WhenDown } from './when-down.ts';

/** Where a gate listens: a TCP address of this machine, or a Unix socket. */
export type ListenAddress = { readonly host: string; readonly port: number } | { readonly path: string };

export interface GateSettings {
  readonly connector: Connector;
  readonly down: DownSettings;
  readonly listen: ListenAddress;
}

export const USAGE = `Usage: sluice-connector gate --room URL --shop URL --protect PATH=DROP [...] [--ignore PATH ...]
                                [--when-down DROP=POLICY ...] [--room-internal URL] [--rehearsals] [--listen ADDRESS]

  --room     public origin of the waiting room                      (SLUICE_ROOM)
  --shop     public origin of the shop                              (SLUICE_SHOP)
  --protect  a path with all below it, and the drop it belongs to;  (SLUICE_PROTECT, comma list)
             may be given several times
  --ignore   an exception to --protect                              (SLUICE_IGNORE, comma list)
  --jwks     address of the room's keys, when not below --room      (SLUICE_JWKS)
  --when-down  what to do for a drop while the room is down:        (SLUICE_WHEN_DOWN, comma list)
             closed (default), open (page visits pass without an
             admission) or metered (entries leased beforehand are
             spent, a minute's worth at most)
  --room-internal  the room as this process reaches it, if not      (SLUICE_ROOM_INTERNAL)
             by --room; asked only for --when-down
  SLUICE_SERVICE_TOKEN  the room's service token, for metered
  --rehearsals  staff with a pass walk the shop in a rehearsal:     (SLUICE_REHEARSALS, on or off)
             Sluice-Drop then names the copy (rehearsal-…), to
             which the origin must sell nothing real
  --listen   127.0.0.1:9480 by default, or unix:/run/gate.sock      (SLUICE_LISTEN)
`;

const DEFAULT_LISTEN = '127.0.0.1:9480';

/**
 * @returns the settings, or every fault, each in one line
 */
export function readGateSettings(
  args: readonly string[],
  environment: Readonly<Record<string, string | undefined>>,
): { readonly settings: GateSettings } | { readonly faults: readonly string[] } {
  let flags: ReturnType<typeof parseFlags>;
  try {
    flags = parseFlags(args);
  } catch (error) {
    return { faults: [(error as Error).message] };
  }
  const faults: string[] = [];
  const keep = <Value>(read: () => Value): Value | undefined => {
    try {
      return read();
    } catch (error) {
      faults.push((error as Error).message);
      return undefined;
    }
  };
  const room = flags.room ?? environment.SLUICE_ROOM;
  const shop = flags.shop ?? environment.SLUICE_SHOP;
  const jwks = flags.jwks ?? environment.SLUICE_JWKS;
  if (!room) faults.push('--room (SLUICE_ROOM) is missing: the public origin of the waiting room');
  if (!shop) faults.push('--shop (SLUICE_SHOP) is missing: the public origin of the shop');
  const rules = keep(() => readRules(flags.protect ?? listOf(environment.SLUICE_PROTECT)));
  const whenDown = keep(() =>
    readWhenDown(flags['when-down'] ?? listOf(environment.SLUICE_WHEN_DOWN), rules),
  );
  const internal = flags['room-internal'] ?? environment.SLUICE_ROOM_INTERNAL ?? room ?? '';
  const roomInternal = keep(() => readInternal(internal));
  const serviceToken = environment.SLUICE_SERVICE_TOKEN ?? '';
  if (!serviceToken && [...(whenDown?.values() ?? [])].includes('metered'))
    faults.push('SLUICE_SERVICE_TOKEN is missing: a metered drop leases from the room');
  const ignore = flags.ignore ?? listOf(environment.SLUICE_IGNORE);
  const rehearsals = keep(() => readSwitch('SLUICE_REHEARSALS', environment.SLUICE_REHEARSALS));
  const listen = keep(() => readListen(flags.listen ?? environment.SLUICE_LISTEN ?? DEFAULT_LISTEN));
  const probe = {
    roomUrl: room ?? 'https://room.invalid',
    publicUrl: shop ?? 'https://shop.invalid',
    protect: [...(rules?.keys() ?? [])],
    drop: keep(() => createDropLookUp(rules ?? new Map())) ?? (() => null),
    ignore,
    rehearsals: flags.rehearsals ?? rehearsals ?? false,
    ...(jwks ? { jwks } : {}),
  };
  const connector = keep(() => createConnector(probe));
  // A wrong path is found twice: by itself, and among all rules.
  if (faults.length > 0 || !connector || !listen) return { faults: [...new Set(faults)] };
  const drops = whenDown ?? new Map<string, WhenDown>();
  const down = { drops, room: roomInternal ?? '', shop: shop ?? '', serviceToken };
  return { settings: { connector, down, listen } };
}

function parseFlags(args: readonly string[]) {
  const one = { type: 'string' } as const;
  const several = { type: 'string', multiple: true } as const;
  const options = {
    room: one,
    shop: one,
    protect: several,
    ignore: several,
    jwks: one,
    listen: one,
    'when-down': several,
    'room-internal': one,
    rehearsals: { type: 'boolean' },
  } as const;
  return parseArgs({ args: [...args], options, strict: true }).values;
}

function listOf(text = ''): string[] {
  return text
    .split(',')
    .map((part) => part.trim())
    .filter((part) => part !== '');
}

/** @returns drops by protected path */
function readRules(texts: readonly string[]): ReadonlyMap<string, string> {
  if (texts.length === 0) throw new Error('--protect (SLUICE_PROTECT) is missing: PATH=DROP');
  const rules = new Map<string, string>();
  for (const text of texts) {
    const [path = '', drop = '', ...more] = text.split('=');
    if (!path.startsWith('/') || !DROP_ID.test(drop) || more.length > 0)
      throw new Error(`--protect ${text} must be PATH=DROP, such as /buy=sneaker-1`);
    if (rules.has(path)) throw new Error(`--protect names ${path} twice`);
    rules.set(path, drop);
  }
  return rules;
}

/** From a path to the drop of the longest rule that covers it: `/buy/vip` may be another drop than `/buy`. */
function createDropLookUp(rules: ReadonlyMap<string, string>): (path: string) => string | null {
  const longestFirst = [...rules].sort(([a], [b]) => b.length - a.length);
  const readers = longestFirst.map(([rule, drop]) => ({ drop, covers: createPathRules([rule]).protectedBy }));
  return (path) => readers.find(({ covers }) => covers(path) !== null)?.drop ?? null;
}

/** @returns drops that are not closed while the room is down */
function readWhenDown(
  texts: readonly string[],
  rules: ReadonlyMap<string, string> | undefined,
): ReadonlyMap<string, WhenDown> {
  const drops = new Map<string, WhenDown>();
  const named = new Set<string>();
  for (const text of texts) {
    const [drop = '', policy, ...more] = text.split('=');
    const isPolicy = policy === 'closed' || policy === 'open' || policy === 'metered';
    if (!isPolicy || more.length > 0)
      throw new Error(`--when-down ${text} must be DROP=closed, DROP=open or DROP=metered`);
    if (rules && ![...rules.values()].includes(drop))
      throw new Error(`--when-down ${text} names a drop that --protect does not`);
    if (named.has(drop)) throw new Error(`--when-down names ${drop} twice`);
    named.add(drop);
    if (policy !== 'closed') drops.set(drop, policy);
  }
  return drops;
}

function readSwitch(name: string, text = 'off'): boolean {
  if (text !== 'on' && text !== 'off') throw new Error(`${name} must be on or off, not ${text}`);
  return text === 'on';
}

function readInternal(text: string): string {
  if (text === '') return '';
  const url = URL.canParse(text) ? new URL(text) : null;
  if (url === null || !/^https?:$/.test(url.protocol) || url.pathname !== '/' || url.search || url.username)
    throw new Error(`--room-internal ${text} must be an http or https origin`);
  return url.origin;
}

function readListen(text: string): ListenAddress {
  if (text.startsWith('unix:/')) return { path: text.slice('unix:'.length) };
  const [, host = '', portText = ''] = /^(.+):(\d{1,5})$/.exec(text) ?? [];
  const port = Number(portText);
  if (!host || port > 65_535) throw new Error(`--listen ${text} must be HOST:PORT or unix:/PATH`);
  return { host: host.replace(/^\[(.*)\]$/, '$1'), port };
}
