/** Every number that an alert goes by, with its reason. Dashboard and rules take them from here. */

/**
 * A view is read anew every second. A pulse that is 5 s old is still within what positions promise; beyond that shoppers
 * see a line that does not move, and nobody is let in.
 */
export const VIEW_AGE_SECONDS_MAX = 5;

/** Shoppers poll every few seconds at the least: half a minute is one poll that failed, not a moment of garbage collection. */
export const VIEW_AGE_FOR = '30s';

/** Grants stop after 10 s without a report; reports go out each second, so one that is half a minute late will not come by itself. */
export const CAPACITY_SILENT_FOR = '30s';

/** Promised are 95 % of the rate in each full minute; a tenth more leaves room for the edges of a minute. */
export const ENTRIES_OF_RATE_MIN = 0.85;

/** Longer than the call window most drops have (2 min), so that a wave of no-shows has been answered by more calls. */
export const ENTRIES_BEHIND_FOR = '3m';

/** A crowd of people comes at 50 to 90 %; below a fifth the line is mostly machines, or the page does not wake its shoppers. */
export const SHOW_RATE_MIN = 0.2;

/** The show rate forgets half of what it saw in 15 s; five minutes of it are no accident. */
export const SHOW_RATE_FOR = '5m';

/** 5xx among all answers. Shed work (503 with Retry-After) counts too: one in a hundred is what a rollout causes. */
export const ERROR_RATIO_MAX = 0.01;

/** Two scrapes of 15 s with a minute of traffic in each: shorter would ring for one slow disk. */
export const ERROR_RATIO_FOR = '1m';

/** Below this many requests a second a ratio says nothing: one failure in a quiet minute would ring. */
export const ERROR_RATIO_REQUESTS_MIN = 1;

/** Answers that shoppers wait for: half a second is felt as slow, and ten times what a loaded instance needs. */
export const ANSWER_SECONDS_P99_MAX = 0.5;
export const ANSWER_SECONDS_FOR = '2m';

/** A loop that is a tenth of a second late answers everybody a tenth of a second late: the instance is full. */
export const EVENT_LOOP_LAG_SECONDS_MAX = 0.1;
export const EVENT_LOOP_LAG_FOR = '1m';

/** One request in twenty refused: limits are generous, so either machines are at it or a whole carrier is behind one address. */
export const RATE_LIMITED_RATIO_MAX = 0.05;
export const RATE_LIMITED_FOR = '2m';

/** A process that restarts is back within seconds; a minute without a scrape is an outage of that instance. */
export const DOWN_FOR = '1m';

/** Promised is that a hold which has run out is given back within 2 s. */
export const EXPIRY_LAG_SECONDS_MAX = 2;
export const EXPIRY_LAG_FOR = '30s';

/** Requests that wait for a connection to Postgres: the pool has 10, so ten more wait a whole round of statements. */
export const POOL_WAITING_MAX = 10;
export const POOL_WAITING_FOR = '30s';

/** The breaker opens after five failures and probes every 5 s: a minute is twelve probes that failed. */
export const BREAKER_OPEN_FOR = '1m';

/** A report goes out every second; more than one in two failing for half a minute means that the room hardly hears anything. */
export const REPORT_FAILURES_PER_SECOND_MAX = 0.5;
export const REPORT_FAILURES_FOR = '30s';

/**
 * Requests a second that one checkout instance is planned for. `npm run bench -- reserve` shows several thousand
 * reservations a second on one core of a small machine; a purchase is eight requests, some of them payments. A quarter of
 * that leaves room for the other instances' share when one is lost.
 */
export const CHECKOUT_REQUESTS_PER_INSTANCE = 500;

/** Planned entries look five minutes ahead, new instances need two to four: one minute of waiting is what there is. */
export const CHECKOUT_TOO_SMALL_FOR = '1m';

/** A gate says so after seconds of its own; two scrapes tell it from one that was just starting. */
export const GATE_ON_ITS_OWN_FOR = '30s';

/** Twelve a minute: an organisation has some dozen accounts, and nobody's fingers are that clumsy for two minutes. */
export const FAILED_SIGN_INS_PER_SECOND_MAX = 0.2;
export const FAILED_SIGN_INS_FOR = '2m';
