/** Loads the Lua commands and runs them by digest. One command is one file; `-- include` names its one-function parts. */
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import type { Redis } from 'ioredis';

const LUA = new URL('../../lua/', import.meta.url);

export interface Script {
  readonly name: string;
  readonly text: string;
  readonly sha: string;
}

/** @param clock file to take for `lib/clock.lua`; tests pass one whose time they set. */
export function loadScript(name: string, clock: URL = new URL('lib/clock.lua', LUA)): Script {
  const command = readFileSync(new URL(`${name}.lua`, LUA), 'utf8');
  const included = [...command.matchAll(/^-- include (.+)$/gm)].flatMap((line) =>
    (line[1] as string).split(' '),
  );
  const parts = included.map((file) =>
    readFileSync(file === 'lib/clock.lua' ? clock : new URL(file, LUA), 'utf8'),
  );
  const text = [...parts, command].join('\n');
  return { name, text, sha: createHash('sha1').update(text).digest('hex') };
}

export type ScriptReply = readonly (string | number)[];

/** EVALSHA, and EVAL once where the server does not know the script (a restart, a failover). */
export async function runScript(
  redis: Redis,
  script: Script,
  keys: readonly string[],
  args: readonly (string | number)[],
): Promise<ScriptReply> {
  try {
    return (await redis.evalsha(script.sha, keys.length, ...keys, ...args)) as ScriptReply;
  } catch (error) {
    if (!(error instanceof Error && error.message.startsWith('NOSCRIPT'))) throw error;
    return (await redis.eval(script.text, keys.length, ...keys, ...args)) as ScriptReply;
  }
}
