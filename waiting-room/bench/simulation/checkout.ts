/** The checkout of a simulated drop: who is inside, what is held and sold. Its report is what the room decides by (Q30). */
import { Due } from './due.ts';
import type { SimulationPlan } from './plan.ts';

/** Of the times inside: few take long. */
const SPREAD = 0.5;

type Turn = { readonly number: string; readonly what: 'hold' | 'pay' | 'leave' };

export class Checkout {
  readonly #plan: SimulationPlan;
  readonly #random: () => number;
  readonly #stepMs: number;
  readonly #due = new Due<Turn>();
  readonly #holders = new Set<string>();
  #available: number;
  #sold = 0;
  #inside = 0;

  constructor(plan: SimulationPlan, stepMs: number, random: () => number) {
    this.#plan = plan;
    this.#random = random;
    this.#stepMs = stepMs;
    this.#available = plan.stock;
  }

  get sold(): number {
    return this.#sold;
  }

  get isSoldOut(): boolean {
    return this.#available === 0 && this.#holders.size === 0;
  }

  report() {
    const held = this.#holders.size;
    return { sellable: this.#available, held, inside: this.#inside, withoutHold: this.#inside - held };
  }

  /** A shopper has come in and begins to shop. */
  enter(number: string, step: number): void {
    const { buyShare, holdAfterSeconds, sessionSeconds } = this.#plan;
    this.#inside++;
    const stays = sessionSeconds * Math.exp(SPREAD * normal(this.#random)) * 1000;
    const buys = this.#random() < buyShare;
    const after = (ms: number) => step + Math.max(1, Math.round(ms / this.#stepMs));
    if (buys) this.#due.add(after(Math.min(stays / 2, holdAfterSeconds * 1000)), { number, what: 'hold' });
    this.#due.add(after(stays), { number, what: buys ? 'pay' : 'leave' });
  }

  /** Lets one step pass. @returns who left, with the reason that the room is told */
  pass(step: number): [number: string, reason: 'paid' | 'released'][] {
    const ended: [string, 'paid' | 'released'][] = [];
    for (const { number, what } of this.#due.take(step)) {
      if (what === 'hold') {
        if (this.#available === 0) continue;
        this.#available--;
        this.#holders.add(number);
        continue;
      }
      const paid = this.#holders.delete(number);
      if (paid) this.#sold++;
      this.#inside--;
      ended.push([number, paid ? 'paid' : 'released']);
    }
    return ended;
  }
}

/** Standard normal (Box and Muller). */
function normal(random: () => number): number {
  return Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
}
