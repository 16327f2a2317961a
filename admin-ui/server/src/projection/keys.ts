/** The Redis keys of a drop that the control plane writes, reads or removes: a public contract (docs/architecture.md). Nothing else builds a key. */

export function dropKeys(drop: string) {
  const key = (name: string) => `wr:{${drop}}:${name}`;
  return {
    control: key('control'),
    seed: key('seed'),
    waiting: key('waiting'),
    present: key('present'),
    sessions: key('sessions'),
    roster: key('roster'),
    late: key('late'),
    log: key('log'),
    spent: key('spent'),
    reasons: key('reasons'),
    uses: key('uses'),
    journal: key('journal'),
  };
}

/** Every drop the room shall serve: drop id → opensAt in ms. */
export const DROPS_KEY = 'wr:drops';

/** Every drop that has been archived: drop id → when, in ms. */
export const ARCHIVED_KEY = 'wr:archived';

/** Page content of a drop. */
export const pageKey = (drop: string): string => `wr:page:${drop}`;

/** A logo by the hash of its content, as WebP. */
export const logoKey = (hash: string): string => `wr:logo:${hash}`;

/** Ids of the room's instances that have lately been alive; written by them. */
export const INSTANCES_KEY = 'wr:instances';

/** Policy versions by drop that an instance goes by; written by it each second, to live for a minute. */
export const instanceKey = (instance: string): string => `wr:instance:${instance}`;

/** One page of the roster, under the name of the build that wrote it. */
export const rosterPageKey = (drop: string, build: string, page: number): string =>
  `wr:{${drop}}:roster:${build}:${page}`;

/** Names after `wr:{drop}:` of all that the room keeps of a drop, but for pages of the roster. */
const ROOM_NAMES = [
  'control',
  'sessions',
  'late',
  'waiting',
  'present',
  'spent',
  'reasons',
  'grants',
  'calls',
  'extended',
  'extensions',
  'announced',
  'gone',
  'revoked',
  'leases',
  'gates',
  'addresses',
  'log',
  'seed',
  'classes',
  'uses',
  'roster',
  'draw-lease',
  'pulse',
  'pulse-lease',
  'notices',
  'notices-soon',
  'notices-turn',
  'notices-told',
] as const;

/** Every key on the drop's slot, in the order that lua/remove-drop.lua takes: control, sessions, late, the others. */
export function slotKeys(drop: string): string[] {
  return [...ROOM_NAMES.map((name) => `wr:{${drop}}:${name}`), `co:{${drop}}:stock`];
}

/** The drop that a key belongs to; undefined for a key that is no drop's. */
export function dropOfKey(key: string): string | undefined {
  return /^(?:wr|co):\{([^{}]+)\}:/.exec(key)?.[1] ?? /^wr:page:(.+)$/.exec(key)?.[1];
}
