/** API keys: made, and recognised. `sluice_<id>_<secret>`; the id is shown, of the rest a digest is kept. */
import type { ApiKey } from '../store/api-keys.ts';
import type { Who } from '../store/audit.ts';
import type { Identity } from './identity.ts';
import { digestOf, makeToken, makeWord } from './secrets.ts';

const ID_LENGTH = 12;
const FORM = /^sluice_([a-z2-7]{12})_([A-Za-z0-9_-]{43})$/;
/** A key that nobody thinks of again ends by itself. */
const DAYS_DEFAULT = 90;

export interface KeyRequest extends Pick<ApiKey, 'name' | 'scopes'> {
  readonly drops?: readonly string[] | null;
  readonly expiresInDays?: number | null;
}

/** The key is told this once. */
export async function makeKey(
  { keys }: Identity,
  { name, scopes, drops = null, expiresInDays = DAYS_DEFAULT }: KeyRequest,
  who: Who,
): Promise<ApiKey & { readonly key: string }> {
  const id = makeWord(ID_LENGTH);
  const key = `sluice_${id}_${makeToken()}`;
  return {
    ...(await keys.create({ id, digest: digestOf(key), name, scopes, drops, expiresInDays }, who)),
    key,
  };
}

/** Undefined: nothing that looks like a key, or none that works. */
export async function findKey({ keys }: Identity, text: string): Promise<ApiKey | undefined> {
  const [, id] = FORM.exec(text) ?? [];
  return id === undefined ? undefined : keys.find(id, digestOf(text));
}
