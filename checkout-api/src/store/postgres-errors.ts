/** Tells apart what Postgres may throw by its SQLSTATE. */

/** The five characters by which Postgres names an error; undefined when it is not Postgres's. */
export function sqlStateOf(error: unknown): string | undefined {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : undefined;
}

/** A serialization failure or a deadlock: nothing was done, the same statement may simply be run again. */
export function isTransient(error: unknown): boolean {
  const state = sqlStateOf(error);
  return state === '40001' || state === '40P01';
}

/** Postgres refused a value or a constraint did: nothing was done, and the same values will be refused again. */
export function isRefusedInput(error: unknown): boolean {
  const state = sqlStateOf(error);
  return state !== undefined && /^2[23][0-9A-Z]{3}$/.test(state);
}
