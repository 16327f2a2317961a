// @ts-check
// The one way a script says that it cannot go on: a sentence for a person, without a stack trace.

/** A fault the person at the keyboard can mend; its message says how. */
export class Failure extends Error {}

/**
 * Prints a fault the way its kind deserves: a {@link Failure} as its sentence, anything else with its stack.
 * @param {unknown} error
 */
export function printFailure(error) {
  if (error instanceof Failure) process.stderr.write(`\n${error.message}\n`);
  else process.stderr.write(`\n${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`);
}
