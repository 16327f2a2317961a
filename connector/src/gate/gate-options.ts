/** Command line and environment of the gate, read into a connector's options: all faults at once. */
import { parseArgs } from 'node:util';
import { type Connector, createConnector } from '../create-connector.ts';
import { createPathRules } from '../path-rules.ts';
import { DROP_ID } from '../words.ts';

/** Where a gate listens: a TCP address of this machine, or a Unix socket. */
export type ListenAddress = { readonly host: string; readonly port: number } | { readonly path: string };

export interface GateSettings {
  readonly connector: Connector;
  readonly listen: ListenAddress;
}

export const USAGE = `Usage: sluice-connector gate --room URL --shop URL --protect PATH=DROP [...] [--ignore PATH ...] [--listen ADDRESS]

  --room     public origin of the waiting room                      (SLUICE_ROOM)
  --shop     public origin of the shop                              (SLUICE_SHOP)
  --protect  a path with all below it, and the drop it belongs to;  (SLUICE_PROTECT, comma list)
             may be given several times
  --ignore   an exception to --protect                              (SLUICE_IGNORE, comma list)
  --jwks     address of the room's keys, when not below --room      (SLUICE_JWKS)
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
  const ignore = flags.ignore ?? listOf(environment.SLUICE_IGNORE);
  const listen = keep(() => readListen(flags.listen ?? environment.SLUICE_LISTEN ?? DEFAULT_LISTEN));
  const probe = {
    roomUrl: room ?? 'https://room.invalid',
    publicUrl: shop ?? 'https://shop.invalid',
    protect: [...(rules?.keys() ?? [])],
    drop: keep(() => createDropLookUp(rules ?? new Map())) ?? (() => null),
    ignore,
    ...(jwks ? { jwks } : {}),
  };
  const connector = keep(() => createConnector(probe));
  // A wrong path is found twice: by itself, and among all rules.
  if (faults.length > 0 || !connector || !listen) return { faults: [...new Set(faults)] };
  return { settings: { connector, listen } };
}

function parseFlags(args: readonly string[]) {
  const one = { type: 'string' } as const;
  const several = { type: 'string', multiple: true } as const;
  const options = { room: one, shop: one, protect: several, ignore: several, jwks: one, listen: one };
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

function readListen(text: string): ListenAddress {
  if (text.startsWith('unix:/')) return { path: text.slice('unix:'.length) };
  const [, host = '', portText = ''] = /^(.+):(\d{1,5})$/.exec(text) ?? [];
  const port = Number(portText);
  if (!host || port > 65_535) throw new Error(`--listen ${text} must be HOST:PORT or unix:/PATH`);
  return { host: host.replace(/^\[(.*)\]$/, '$1'), port };
}
