/** The Redis keys of a drop that the control plane writes or reads: a public contract (docs/architecture.md). Nothing else builds a key. */

export function dropKeys(drop: string) {
  const key = (name: string) => `wr:{${drop}}:${name}`;
  return {
    control: key('control'),
    seed: key('seed'),
    waiting: key('waiting'),
    present: key('present'),
    sessions: key('sessions'),
  };
}

/** Every drop the room shall serve: drop id → opensAt in ms. */
export const DROPS_KEY = 'wr:drops';

/** Page content of a drop. */
export const pageKey = (drop: string): string => `wr:page:${drop}`;

/** Ids of the room's instances that have lately been alive; written by them. */
export const INSTANCES_KEY = 'wr:instances';

/** Policy versions by drop that an instance goes by; written by it each second, to live for a minute. */
export const instanceKey = (instance: string): string => `wr:instance:${instance}`;
