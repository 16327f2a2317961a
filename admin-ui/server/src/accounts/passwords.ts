/** Passwords, as argon2id hashes. Judging one costs the same whether there is an account or not. */
import { hash, verify } from '@node-rs/argon2';
import { makeToken } from './secrets.ts';

/** OWASP's least for argon2id: 19 MiB, two passes, one lane; some 25 ms. */
const PARAMETERS = { memoryCost: 19_456, timeCost: 2, parallelism: 1 } as const;

/** Judged against where there is no password, so that the answer takes as long. Nobody knows what it is the hash of. */
const nobodys = hash(makeToken(), PARAMETERS);

export const hashPassword = (password: string): Promise<string> => hash(password, PARAMETERS);

/** @param kept null: there is no such account, or it has no password */
export async function isPassword(kept: string | null, password: string): Promise<boolean> {
  const fits = await verify(kept ?? (await nobodys), password);
  return fits && kept !== null;
}
