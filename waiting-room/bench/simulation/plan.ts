/** What a simulated drop is given: policy, crowd, and how people behave. Shares are 0 to 1. */

export interface SimulationPlan {
  /** Of what people do; ids and the draw have chance of their own. */
  readonly seed: number;
  /** In the lobby when the drop opens, and those who come afterwards, in mean seconds after the opening (exponential). */
  readonly lobby: number;
  readonly arrivals: number;
  readonly arrivalsMeanSeconds: number;
  /** Instances of the room: each ticks by itself. */
  readonly instances: number;

  readonly ratePerMinute: number;
  /** 0 for none. */
  readonly maxSessions: number;
  readonly callWindowSeconds: number;
  readonly graceSeconds: number;
  readonly tokenSeconds: number;
  readonly holdSeconds: number;
  readonly stock: number;

  /** Of those called, who come at all. */
  readonly showShare: number;
  /** Of those who come, who do so up to a minute later than their page would. */
  readonly lateShare: number;
  /** Of those who enter, who buy one unit. */
  readonly buyShare: number;
  /** From entry until a unit is held, and median time inside (log-normal). */
  readonly holdAfterSeconds: number;
  readonly sessionSeconds: number;

  /** The draw: from the opening until places are revealed. */
  readonly drawingSeconds: number;
  /** It ends sold out, or after so long. */
  readonly lastsSeconds: number;
}
