/** Codes as people type and paste them. */

/** Without what authenticators and people put between digits; recovery codes keep their hyphens. */
export const tidyCode = (typed: string): string =>
  /^[\d\s-]+$/.test(typed) ? typed.replaceAll(/[\s-]/g, '') : typed.trim();
