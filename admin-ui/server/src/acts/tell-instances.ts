/** Whether a change has arrived: how many of the room's instances go by the newest policy, and who lags. */
import { problem } from '@sluice/service-kit';
import { judgeInstances } from '../domain/laggards.ts';
import type { ControlPlane } from './control-plane.ts';

/** @throws Problem `no-such-drop`, or a store fault while Redis does not answer */
export async function tellInstances({ drops, projection }: ControlPlane, id: string) {
  const drop = await drops.find(id);
  if (!drop) throw problem('no-such-drop', `No drop has the id "${id}".`);
  return judgeInstances(drop.policyVersion, await projection.instances(id));
}
