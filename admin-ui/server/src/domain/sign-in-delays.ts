/** How long somebody waits after failed sign-ins. Slower and slower, and never for good: nobody is locked out. */

/** Slips of a hand or of a password manager. */
export const FREE_FAILURES = 5;
/** Of one address, over all accounts: an office behind one address has many hands. */
export const FREE_FAILURES_OF_ADDRESS = 50;
/** Of one account, over all addresses: what its holder never comes to, and a guesser with many addresses soon does. */
export const FREE_FAILURES_OF_ACCOUNT = 100;
/** An owner who waits so long still gets in; a guesser has 96 guesses a day. */
export const DELAY_SECONDS_MAX = 900;

/** Seconds until the next try, after so many failures in a row: 0, then 2, 4, 8 … */
export function delaySeconds(failures: number, free: number): number {
  return failures < free ? 0 : Math.min(DELAY_SECONDS_MAX, 2 ** Math.min(failures - free + 1, 20));
}
