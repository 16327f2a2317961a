/** Looks for what must never stand in a log: everything secret that was used, and every address that came. */
import { createReadStream, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

/** Runs of characters that tickets, tokens, secrets, nonces, keys and addresses are made of. */
const WORDS = /[\w.:-]{7,}/g;
/** Whatever it is, it is somebody's: a JWT, or a credential behind its scheme. */
const LOOKS_SECRET = /eyJ[\w-]{8,}\.[\w-]{8,}\.|\b(?:Ticket|Bearer|Session)\s+[\w.~+/=-]{16,}/;

export interface SecretFound {
  readonly file: string;
  readonly line: number;
}

/** @param lines of one log; the secrets are compared as they are, and as parts of a token or of `name:value` */
export function findSecretsIn(lines: Iterable<string>, secrets: ReadonlySet<string>): number[] {
  const found: number[] = [];
  let at = 0;
  for (const line of lines) {
    at++;
    if (LOOKS_SECRET.test(line) || wordsOf(line).some((word) => secrets.has(word))) found.push(at);
  }
  return found;
}

function wordsOf(line: string): string[] {
  const words = line.match(WORDS) ?? [];
  return words.flatMap((word) => [word, ...word.split('.'), ...word.split(':'), word.replace(/[.:]+$/, '')]);
}

/** Every `*.log` of a folder. Answers also how many lines it read: an empty log proves nothing. */
export async function findSecrets(
  folder: string,
  secrets: ReadonlySet<string>,
): Promise<{ readonly found: SecretFound[]; readonly lines: number }> {
  const found: SecretFound[] = [];
  let lines = 0;
  for (const file of readdirSync(folder).filter((name) => name.endsWith('.log'))) {
    let line = 0;
    for await (const text of createInterface({ input: createReadStream(join(folder, file)) })) {
      line++;
      if (findSecretsIn([text], secrets).length > 0) found.push({ file, line });
    }
    lines += line;
  }
  return { found, lines };
}
