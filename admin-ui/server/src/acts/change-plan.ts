/** Changes what was planned: name, schedule, limit, page. A schedule only while it lies ahead. */
import { problem } from '@sluice/service-kit';
import { type Drop, type DropChange, type DropPage, lobbyOpening } from '../domain/drop.ts';
import type { DropAccess } from '../domain/drop-access.ts';
import type { Fault } from '../domain/fault.ts';
import { pageFaults, shopFaults } from '../domain/plan-rules.ts';
import { readSchedule, type ScheduleRequest, scheduleFaults } from '../domain/schedule.ts';
import { contrastText, lowContrasts } from '../domain/theme.ts';
import type { LivePicture } from '../projection/live.ts';

export interface PlanRequest extends ScheduleRequest {
  readonly name?: string;
  readonly perShopperLimit?: number;
  readonly page?: Partial<DropPage>;
  readonly access?: Partial<DropAccess>;
}

/** @throws Problem `drop-closed`, `already-open`, `invalid-request` */
export function planChange(request: PlanRequest, drop: Drop, live: LivePicture): DropChange {
  refuseClosed(live);
  const { name, perShopperLimit, page, access } = request;
  const { schedule, faults } = readSchedule(request, drop.timeZone);
  const { timeZone, opensAt, closesAt } = schedule;
  refuse(faults);
  const change: DropChange = {
    timeZone,
    ...(name !== undefined && { name }),
    ...(perShopperLimit !== undefined && { perShopperLimit }),
    ...(closesAt !== undefined && { closesAt }),
    ...(opensAt && openingChange(opensAt, drop, live)),
    ...(page && { page: pageChange(page, drop) }),
    ...(access && { access: { ...drop.access, ...access } }),
  };
  const closes = closesAt === undefined ? drop.closesAt : closesAt;
  // An opening that lies in the past and stays there is nobody's mistake.
  refuse(scheduleFaults({ opensAt: change.opensAt, closesAt: closes }, live.asOf.getTime()));
  if (closes && closes <= (change.opensAt ?? drop.opensAt))
    refuse([{ path: '/closesAt', reason: 'must be later than opensAt' }]);
  return change;
}

/** The page with what is asked for in it. @throws Problem `invalid-request` when the whole does not fit together, `low-contrast` */
export function pageChange(request: Partial<DropPage>, { page }: Drop): DropPage {
  const asked = Object.entries(request).filter(([, value]) => value !== undefined);
  const whole: DropPage = { ...page, ...Object.fromEntries(asked) };
  // A drop from before this was asked for can have everything else of its page changed.
  refuse([...pageFaults(whole, ''), ...(request.returnOrigins ? shopFaults(whole, '') : [])]);
  refuseLowContrast(whole);
  return whole;
}

/** @throws Problem 422 `low-contrast` that names each pair, its ratio and the one needed */
export function refuseLowContrast({ theme }: Pick<DropPage, 'theme'>): void {
  const pairs = theme ? lowContrasts(theme) : [];
  if (pairs.length === 0) return;
  throw problem('low-contrast', `${pairs.map(contrastText).join('; ')}.`, { pairs });
}

/** @throws Problem 409 `drop-closed` */
export function refuseClosed({ phase }: LivePicture): void {
  if (phase === 'closed')
    throw problem('drop-closed', 'Nothing of a closed drop can be changed; make a new one.');
}

function openingChange(opensAt: Date, drop: Drop, live: LivePicture): DropChange {
  if (opensAt.getTime() === drop.opensAt.getTime()) return {};
  if (live.openedAt || (live.opensAt && live.opensAt <= live.asOf))
    throw problem('already-open', `It opened at ${(live.openedAt ?? live.opensAt)?.toISOString()}.`);
  // A lobby that people stand in stays open when the opening is put off.
  const isLobbyOpen = !drop.isDraft && drop.lobbyOpensAt <= live.asOf;
  const lobbyOpensAt = isLobbyOpen ? drop.lobbyOpensAt : lobbyOpening(opensAt, drop.admission);
  return { opensAt, lobbyOpensAt: lobbyOpensAt < opensAt ? lobbyOpensAt : opensAt };
}

function refuse(faults: Fault[]): void {
  const [first] = faults;
  if (!first) return;
  const errors = faults.map(({ path, reason }) => ({ field: `body${path.replaceAll('/', '.')}`, reason }));
  throw problem('invalid-request', `${errors[0]?.field} ${first.reason}`, { errors });
}
