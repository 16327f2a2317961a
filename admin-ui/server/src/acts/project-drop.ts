/** Brings a drop's plan into Redis. What can't be done now is done by the comparison that runs every second. */
import type { Drop, DropChange } from '../domain/drop.ts';
import { type ControlPlane, SYSTEM } from './control-plane.ts';

/**
 * Writes what Postgres has. Where Redis refuses because the drop or its lobby has opened meanwhile, the plan gives way:
 * Redis's time is the truth (Q9), so the plan is put back to what happened, as an audited act.
 * @returns whether Redis now holds the newest plan
 */
export async function projectDrop(plane: ControlPlane, drop: Drop): Promise<boolean> {
  try {
    await keepLogo(plane, drop);
    const outcome = await plane.projection.write(drop, await plane.drops.seedOf(drop));
    plane.count.projected(outcome.status);
    switch (outcome.status) {
      case 'written':
      case 'same':
        return true;
      case 'newer': {
        const { version } = outcome;
        plane.log.error({ drop: drop.id, version }, 'Redis has a newer policy than Postgres ever gave');
        return false;
      }
      case 'opened':
        return await giveWay(plane, drop, 'the drop had opened already', ({ lobbyOpensAt }) => ({
          opensAt: outcome.opensAt,
          lobbyOpensAt: earlier(lobbyOpensAt, outcome.opensAt),
          isDraft: false,
        }));
      case 'lobby-open':
        return await giveWay(plane, drop, 'the lobby had opened already', ({ admission, opensAt }) => ({
          lobbyOpensAt: earlier(outcome.lobbyOpensAt, opensAt),
          admission: { ...admission, lobby: outcome.lobby },
          isDraft: false,
        }));
    }
  } catch (err) {
    plane.count.projected('failed');
    plane.log.warn({ err, drop: drop.id }, 'the room does not have the newest policy yet');
    return false;
  }
}

const earlier = (one: Date, other: Date): Date => (one < other ? one : other);

/** Puts the plan back to what Redis says has happened, and writes the rest of it. */
async function giveWay(
  plane: ControlPlane,
  { id, policyVersion }: Drop,
  reason: string,
  decide: (drop: Drop) => DropChange,
): Promise<boolean> {
  const act = 'plan.give-way';
  const step = await plane.drops.change({
    ...{ drop: id, act, actor: SYSTEM, reason, decide },
    ifVersion: policyVersion,
    aboveVersion: 0,
  });
  if (step.status !== 'changed') return false;
  plane.count.act(act);
  const outcome = await plane.projection.write(step.drop, await plane.drops.seedOf(step.drop));
  plane.count.projected(outcome.status);
  return outcome.status === 'written' || outcome.status === 'same';
}

/** Before the page that shows it. */
async function keepLogo({ projection, logos }: ControlPlane, { page }: Drop): Promise<void> {
  const { logo } = page;
  if (!logo || (await projection.hasLogo(logo.hash))) return;
  const image = await logos.image(logo.hash);
  if (image) await projection.keepLogo(logo.hash, image);
}
