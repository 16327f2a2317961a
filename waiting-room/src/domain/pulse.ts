/** The pulse: what everybody may know about a drop, as one document. Pure; until the reveal it says nothing that depends on an order (Q8). */
import { hasPositions, type Phase } from './phase.ts';
import type { RankMap } from './positions.ts';
import { POLL_AFTER_MS_MAX, POLL_AFTER_MS_MIN } from './wait.ts';

/** Why positions may have grown (Q12); null before anything was put in ahead of others. */
export type GenerationReason = 'head-start' | 'returned' | 'came-forward' | null;

export interface PulseFacts {
  readonly drop: string;
  readonly phase: Phase;
  readonly epoch: string;
  readonly generation: { readonly count: number; readonly reason: GenerationReason };
  readonly asOfMs: number;
  readonly lobbyOpensUs: number;
  readonly opensUs: number;
  readonly closesUs: number;
  readonly waiting: number;
  readonly ratePerMinute: number;
  readonly outflowPerMinute: number;
  readonly showRate: number;
  readonly callableUntil: number;
  readonly callWindowUs: number;
  readonly graceUs: number;
  readonly returnSpreadUs: number;
  /** Until when shoppers return after a loss; 0 before the first. */
  readonly healUntilUs: number;
  /** Of the draw's seed; '' for a drop without a draw. */
  readonly commit: string;
  readonly page: { readonly message: Readonly<Record<string, string>> };
  /** The checkout's stock picture as JSON text; null for none. */
  readonly products: string | null;
}

/** The document as JSON text. */
export function pulseDocument(facts: PulseFacts, rankMap: RankMap | null): string {
  const { phase, waiting, asOfMs } = facts;
  const settled = hasPositions(phase);
  const document = {
    drop: facts.drop,
    phase,
    epoch: facts.epoch,
    generation: facts.generation.count,
    generationReason: facts.generation.reason,
    serverTime: instant(asOfMs),
    lobbyOpensAt: instant(facts.lobbyOpensUs / 1000),
    opensAt: instant(facts.opensUs / 1000),
    closesAt: facts.closesUs > 0 ? instant(facts.closesUs / 1000) : null,
    waiting: settled ? waiting : aboutSoMany(waiting),
    headCount: aboutSoMany(waiting),
    ratePerMinute: Math.round(facts.ratePerMinute),
    outflowPerMinute: Math.round(facts.outflowPerMinute),
    showRate: Math.round(facts.showRate * 100) / 100,
    pollAfterMs: crowdPollAfterMs(facts),
    turnMs: Math.round((facts.callWindowUs + facts.graceUs) / 1000),
    returnSpreadMs: returnSpreadMs(facts),
    message: facts.page.message,
    commit: facts.commit || null,
    ...(settled && { callableUntil: facts.callableUntil, rankMap }),
  };
  const text = JSON.stringify(document);
  return facts.products === null ? text : `${text.slice(0, -1)},"stock":${facts.products}}`;
}

/** Two digits tell a crowd's size; the third would tell one shopper what their own join did. */
export function aboutSoMany(count: number): number {
  const step = 10 ** Math.max(0, Math.floor(Math.log10(Math.max(1, count))) - 1);
  return Math.round(count / step) * step;
}

/**
 * When a reader of the pulse should ask again. Before opening the same for everybody (Q8), less often while it is far away;
 * near an opening the page itself spreads the crowd over seconds.
 */
export function crowdPollAfterMs({
  phase,
  asOfMs,
  lobbyOpensUs,
  opensUs,
}: Pick<PulseFacts, 'phase' | 'asOfMs' | 'lobbyOpensUs' | 'opensUs'>): number {
  if (phase === 'closed') return POLL_AFTER_MS_MAX;
  if (phase === 'drawing' || phase === 'healing') return POLL_AFTER_MS_MIN;
  if (phase === 'scheduled' || phase === 'lobby') {
    const changesUs = phase === 'scheduled' ? lobbyOpensUs : opensUs;
    const tenth = (changesUs / 1000 - asOfMs) / 10;
    return Math.round(Math.max(POLL_AFTER_MS_MIN, Math.min(tenth, POLL_AFTER_MS_MAX)));
  }
  return phase === 'open' || phase === 'draining' ? 5000 : 10_000;
}

/** Whoever comes late is late already, and no crowd. */
const LATE_SPREAD_MS = 5000;

/** Over how long those whose ticket is of another epoch come back (Q26): so that they are back when the line moves on. */
function returnSpreadMs({ healUntilUs, returnSpreadUs, asOfMs }: PulseFacts): number {
  const spreadMs = returnSpreadUs / 1000;
  if (healUntilUs === 0) return Math.round(spreadMs);
  return Math.round(Math.min(spreadMs, Math.max(LATE_SPREAD_MS, healUntilUs / 1000 - asOfMs)));
}

const instant = (ms: number) => new Date(ms).toISOString();
