/** Starts a rehearsal: a copy of a drop that opens in a moment, and a crowd that comes to it (ADR 0115). */
import { randomBytes } from 'node:crypto';
import { problem } from '@sluice/service-kit';
import { makeCode } from '../domain/access-codes.ts';
import type { Danger } from '../domain/dangers.ts';
import type { Drop } from '../domain/drop.ts';
import {
  isRehearsal,
  REHEARSAL_CODES,
  type Rehearsal,
  type RehearsalSettings,
  rehearsalBatches,
  rehearsalIdOf,
  rehearsalPlan,
} from '../domain/rehearsal.ts';
import type { Who } from '../store/audit.ts';
import { requireConfirmation } from './confirm.ts';
import type { ControlPlane } from './control-plane.ts';
import { createDrop } from './create-drop.ts';

/** What rehearsals work with: a command has no crowds. */
export interface Rehearsing {
  readonly instance: string;
  /** Where shoppers reach the room; null: nobody has said. */
  readonly roomUrl: string | null;
  /** Where they reach the checkout; null: crowds do not shop. */
  readonly checkoutUrl: string | null;
}

export interface RehearsalRequest {
  readonly drop: string;
  readonly settings: RehearsalSettings;
  /** The operator has been told which drops run. */
  readonly isConfirmed: boolean;
}

/** Named in the question; more than that nobody reads. */
const NAMED_MAX = 5;

/**
 * The row that says so comes first: whatever this process is killed at, there is something that its deletion goes by.
 * @throws Problem `no-such-drop`, `invalid-request` (a rehearsal of a rehearsal), `rehearsals-not-set-up`, `confirmation-required`,
 * `rehearsal-running`
 */
export async function startRehearsal(
  plane: ControlPlane,
  { drop: id, settings, isConfirmed }: RehearsalRequest,
  who: Who,
): Promise<Rehearsal> {
  const { rehearsing, rehearsals, crowds } = plane;
  const { roomUrl, checkoutUrl, instance } = rehearsing;
  const source = await plane.drops.find(id);
  if (!source) throw problem('no-such-drop', `No drop has the id "${id}".`);
  if (isRehearsal(id))
    throw problem('is-rehearsal', 'A rehearsal can not be rehearsed: choose the drop it is a copy of.');
  if (roomUrl === null)
    throw problem('rehearsals-not-set-up', 'ROOM_URL is not set: nobody knows where a crowd would go.');

  const opensAt = new Date(Date.now() + settings.lobbySeconds * 1000);
  const endsAt = new Date(opensAt.getTime() + settings.openSeconds * 1000);
  // Staff alone are no crowd.
  if (settings.shoppers > 0) requireConfirmation(await dangersOf(plane, endsAt), isConfirmed);

  const rehearsal = {
    id: rehearsalIdOf(id, randomBytes(6).toString('hex')),
    source: id,
    ...{ settings, startedBy: who.actor, opensAt, endsAt, instance },
  };
  if (!(await rehearsals.begin(rehearsal, who)))
    throw problem('rehearsal-running', 'A rehearsal is running already. Stop it, or wait for its end.');
  plane.count.act('rehearsal.start');
  plane.rehearsed.set(rehearsal.id, id);
  crowds.start({
    ...{ roomUrl, checkoutUrl: plane.checkout === null ? null : checkoutUrl, drop: rehearsal.id, settings },
    pass: plane.signPass({ drop: rehearsal.id, expiresAt: endsAt }),
    codes: crowdCodes(plane, source, rehearsal),
    skus: source.products.map(({ sku }) => sku),
    lobbyMs: settings.lobbySeconds * 1000,
  });
  const codeBatches = rehearsalBatches(source, rehearsal, new Date());
  await createDrop(plane, rehearsalPlan(source, rehearsal), who, { cloneOf: id, codeBatches });
  const begun = await rehearsals.find(rehearsal.id);
  if (!begun) throw new Error('a rehearsal has begun and is not there');
  return begun;
}

/** One for each shopper, where nobody gets a place without. */
function crowdCodes(
  { codeKeyOf }: Pick<ControlPlane, 'codeKeyOf'>,
  { access }: Drop,
  { id, settings }: Pick<Rehearsal, 'id' | 'settings'>,
): string[] {
  if (!access.codeRequired) return [];
  const key = codeKeyOf(id);
  return Array.from({ length: settings.shoppers }, (_, at) => makeCode(key, REHEARSAL_CODES.crowd, at));
}

/** A crowd uses the rooms and the checkout that real shoppers use. */
async function dangersOf({ drops, projection }: ControlPlane, endsAt: Date): Promise<Danger[]> {
  const ids = (await drops.projected()).map(({ id }) => id).filter((id) => !isRehearsal(id));
  const pictures = await projection.live(ids);
  const running = ids.filter((id) => {
    const { phase = 'scheduled', lobbyOpensAt = null } = pictures.get(id) ?? {};
    if (phase === 'scheduled') return lobbyOpensAt !== null && lobbyOpensAt < endsAt;
    return phase !== 'closed';
  });
  if (running.length === 0) return [];
  const known: ReadonlyMap<string, Drop> = await drops.findAll(running.slice(0, NAMED_MAX));
  const names = [...known.values()].map(({ name, id }) => `${name} (${id})`);
  const more = running.length - names.length;
  const named = `${names.join(', ')}${more > 0 ? ` + ${more}` : ''}`;
  return [
    `Real shoppers are there or will come meanwhile: ${named}. The crowd would share rooms and checkout with them.`,
  ];
}
