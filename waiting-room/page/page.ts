/** What the inlined script is to the modules that are loaded on demand. Types only: the two are bundled apart. */
import type { RankMap } from '../src/domain/positions.ts';
import type { Situation } from './describe.ts';
import type { Texts } from './format.ts';

/** What the shell is told by the server; the same for everybody. */
export interface Room {
  readonly drop: string;
  readonly lang: string;
  readonly drawn: boolean;
  readonly shop: string | null;
  /** Whether the merchant shows what is left. */
  readonly stock: boolean;
  readonly texts: Texts;
  /** Address of the module for those who have a place (line.ts). */
  readonly line: string;
  /** Of the one that checks how a place was drawn (draw.ts). */
  readonly draw: string;
  /** Of the one by which a shopper asks to be told (notify.ts). */
  readonly notify: string;
  /** Of the service worker that shows what is pushed (worker.ts). */
  readonly worker: string;
  /** Of the one that asks for an access code (code.ts). */
  readonly code: string;
}

/** The parts of the API's answers that the page uses; all of them may be missing. */
export interface Answer {
  type?: string | undefined;
  phase: string;
  state: string;
  position: number | null;
  ahead: number | null;
  order: number | null;
  wait: { minSeconds: number; maxSeconds: number } | null;
  callExpiresAt: string | null;
  extensionsLeft: number | null;
  turnEndsAt: string | null;
  pollAfterMs: number;
  retryAfterMs: number;
  generation: number;
  generationReason: string | null;
  epoch: string;
  reference: string;
  asOf: string;
  serverTime: string;
  opensAt: string;
  lobbyOpensAt: string;
  closesAt: string | null;
  headCount: number;
  commit: string | null;
  message: Record<string, string>;
  stock?: Stock;
  reason: string;
  token: string;
  returnTo: string;
  rankMap?: RankMap | null;
  callableUntil?: number;
  ratePerMinute: number;
  outflowPerMinute: number;
  showRate: number;
  turnMs: number;
  returnSpreadMs: number;
}

/** What the checkout tells everybody of what is for sale. */
export interface Stock {
  readonly products: readonly StockedProduct[];
}

export interface StockedProduct {
  readonly name: string;
  readonly available: number;
}

export type Step = () => Promise<void>;

/** The page as the modules drive it. */
export interface Page {
  readonly room: Room;
  /** The shopper's own, of the page's language: how figures are written. */
  readonly locale: string;
  readonly query: URLSearchParams;
  /** Of this drop's API. */
  readonly api: string;
  find<T extends HTMLElement>(id: string): T;
  /** Keeps a value for this drop, or reads it; '' for none. */
  remember(key: string, value?: string): string;
  /**
   * One request, as JSON.
   * @param isOfStep false where the answer counts whatever the page has begun meanwhile
   * @throws Error without an answer, and when another step has begun before it came
   */
  ask(
    method: string,
    path: string,
    body?: object,
    isOfStep?: boolean,
  ): Promise<[code: number, answer: Answer]>;
  /** The server's idea of now, ms. */
  nowMs(): number;
  show(state: string, more?: Partial<Situation>, message?: Answer['message']): void;
  /** Runs a step now; whatever was due is not any more, nor is what was asked for before heard. A step that fails is tried again, less and less often. */
  run(step: Step): Promise<void>;
  /** Runs a step after `ms`, spread by a fifth. */
  again(ms: number, step: Step): void;
  /** Overload and faults are the same to a shopper: wait as long as asked, then try again. */
  busy(answer: Pick<Answer, 'retryAfterMs' | 'type'>, step: Step): void;
  /** Asks for a place; keeps it, whatever it takes. */
  join: Step;
  /** Looks where the place stands. */
  look: Step;
  /** Runs a module of the room's own. */
  load(address: string): Promise<unknown>;
  /** Set by line.ts once it is loaded. */
  line?: Line;
  /** Set by code.ts: asks for an access code, and joins with it. `type` is what the room said of the one before. */
  askCode?: (type: string) => void;
}

declare global {
  interface Window {
    /** How modules find the page. */
    sluice: Page;
  }
}

/** What line.ts makes of the page as soon as there is a place. */
export interface Line {
  /** Looks where the place stands, and goes on by itself. */
  look: Step;
}
