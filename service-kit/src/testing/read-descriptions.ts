/** The committed description of a service's interface, held against what the running service says of itself. */
import { readFileSync, writeFileSync } from 'node:fs';

/** Writes all of them again; the failing comparison names it. */
const UPDATE = 'UPDATE_OPENAPI=1 npm test -- test/contract/openapi';

export interface Descriptions {
  /** What a test compares: said, and committed. */
  readonly said: string;
  readonly committed: string;
  /** What to do where they differ. */
  readonly hint: string;
}

/**
 * @param url where the service listens
 * @param file the committed `openapi.json`; written first under `UPDATE_OPENAPI=1`
 */
export async function readDescriptions(url: string, file: URL): Promise<Descriptions> {
  const response = await fetch(new URL('/openapi.json', url));
  if (response.status !== 200) throw new Error(`no description: ${response.status}`);
  const said = `${JSON.stringify(await response.json(), null, 2)}\n`;
  if (process.env.UPDATE_OPENAPI === '1') writeFileSync(file, said);
  return {
    said,
    committed: readFileSync(file, 'utf8'),
    hint: `openapi.json is not what the service says: run ${UPDATE}, and commit what it writes`,
  };
}
