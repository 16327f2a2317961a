/** Redis keys of a drop: a public contract (docs/architecture.md), all of one hash slot. Nothing else builds a key. */

export interface DropKeys {
  readonly control: string;
  readonly waiting: string;
  readonly present: string;
  readonly sessions: string;
  readonly spent: string;
  readonly reasons: string;
  readonly grants: string;
  readonly calls: string;
  readonly extended: string;
  readonly extensions: string;
  readonly announced: string;
  readonly gone: string;
  readonly revoked: string;
  readonly leases: string;
  readonly gates: string;
  readonly addresses: string;
  readonly log: string;
  readonly seed: string;
  readonly classes: string;
  readonly uses: string;
  readonly roster: string;
  readonly late: string;
  readonly drawLease: string;
  readonly pulse: string;
  readonly pulseLease: string;
  readonly notices: string;
  readonly noticesSoon: string;
  readonly noticesTurn: string;
  readonly noticesTold: string;
}

export function dropKeys(drop: string): DropKeys {
  const key = (name: string) => `wr:{${drop}}:${name}`;
  return {
    control: key('control'),
    waiting: key('waiting'),
    present: key('present'),
    sessions: key('sessions'),
    spent: key('spent'),
    reasons: key('reasons'),
    grants: key('grants'),
    calls: key('calls'),
    extended: key('extended'),
    extensions: key('extensions'),
    announced: key('announced'),
    gone: key('gone'),
    revoked: key('revoked'),
    leases: key('leases'),
    gates: key('gates'),
    addresses: key('addresses'),
    log: key('log'),
    seed: key('seed'),
    classes: key('classes'),
    uses: key('uses'),
    roster: key('roster'),
    late: key('late'),
    drawLease: key('draw-lease'),
    pulse: key('pulse'),
    pulseLease: key('pulse-lease'),
    notices: key('notices'),
    noticesSoon: key('notices-soon'),
    noticesTurn: key('notices-turn'),
    noticesTold: key('notices-told'),
  };
}

/** One page of a roster, under the name of the build that wrote it. */
export const rosterPageKey = (drop: string, build: string, page: number): string =>
  `wr:{${drop}}:roster:${build}:${page}`;

/** Every drop that is not archived: drop id → opensAt in ms. Written by the control plane. */
export const DROPS_KEY = 'wr:drops';

/** Every drop that has left Redis for good: drop id → when, in ms. Written by the control plane. */
export const ARCHIVED_KEY = 'wr:archived';

/** Drops in which somebody has asked to be told of their turn. */
export const NOTICE_DROPS_KEY = 'wr:notices';

/** Page content of a drop; written by the control plane. */
export const pageKey = (drop: string): string => `wr:page:${drop}`;

/** A merchant's logo as WebP, by the hash of its content; written by the control plane. */
export const logoKey = (hash: string): string => `wr:logo:${hash}`;

/** Public stock picture; written by the checkout. */
export const stockKey = (drop: string): string => `co:{${drop}}:stock`;

/** Ids of the instances that have lately been alive. */
export const INSTANCES_KEY = 'wr:instances';

/** Policy versions by drop that an instance goes by, as JSON; a minute of life from each heartbeat. */
export const instanceKey = (instance: string): string => `wr:instance:${instance}`;
