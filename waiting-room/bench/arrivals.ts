/** When shoppers come after an opening: two shapes, as instants in µs from the first, ascending. Chance is handed in. */

/** A second's arrivals of a drop that keeps its crowd for minutes. */
const PER_SECOND = 2000;

/** Memoryless arrivals at one rate. */
export function steadyArrivals(count: number, random: () => number): Float64Array {
  const spanUs = (count / PER_SECOND) * 1_000_000;
  return Float64Array.from({ length: count }, () => random() * spanUs).sort();
}

/** Share of a crowd that comes at any time, between the bursts. */
const BETWEEN = 0.1;
const BURSTS = 30;
/** Half of a burst is over in this: a post in a feed, a push message. */
const HALF_LIFE_US = 4_000_000;
/** Of the bursts' sizes (Pareto): few have nearly all. */
const TAIL = 1.1;

/** The same span and number, nearly all of it in thirty bursts of very different size. */
export function burstyArrivals(count: number, random: () => number): Float64Array {
  const spanUs = (count / PER_SECOND) * 1_000_000;
  const bursts = Array.from({ length: BURSTS }, () => ({
    atUs: random() * spanUs,
    size: (1 - random()) ** (-1 / TAIL),
  }));
  const whole = bursts.reduce((sum, { size }) => sum + size, 0);
  const instant = () => {
    if (random() < BETWEEN) return random() * spanUs;
    let left = random() * whole;
    for (const { atUs, size } of bursts) {
      left -= size;
      if (left < 0) return atUs - (Math.log(1 - random()) / Math.LN2) * HALF_LIFE_US;
    }
    return spanUs;
  };
  return Float64Array.from({ length: count }, instant).sort();
}
