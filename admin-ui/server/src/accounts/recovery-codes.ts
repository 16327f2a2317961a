/** Recovery codes: a second factor on paper. Each counts once. */
import { digestOf, makeWord } from './secrets.ts';

const COUNT = 10;
/** 16 letters of 5 bits: 80 bits, which nobody guesses. */
const LENGTH = 16;

/** As they are shown: `abcd-efgh-ijkl-mnop`. */
export const makeRecoveryCodes = (): string[] =>
  Array.from({ length: COUNT }, () => makeWord(LENGTH).replaceAll(/(.{4})(?=.)/g, '$1-'));

/** What is kept of one, however it is typed. */
export const recoveryDigest = (code: string): Buffer =>
  digestOf(code.toLowerCase().replaceAll(/[^a-z2-7]/g, ''));
