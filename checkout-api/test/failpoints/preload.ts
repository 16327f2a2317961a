/**
 * Loaded before the service (`node --import`): kills the process the FAILPOINT_HIT-th time it reaches the failpoint
 * FAILPOINT. As a crash does: nothing is flushed, closed or said.
 */
import { readFileSync } from 'node:fs';
import { registerHooks } from 'node:module';
import { PATCHES } from './failpoints.ts';

const { FAILPOINT, FAILPOINT_HIT = '1' } = process.env;
let hits = 0;

function reach(point: string): void {
  if (point === FAILPOINT && ++hits === Number(FAILPOINT_HIT)) process.kill(process.pid, 'SIGKILL');
}

/** Something whose methods reach a failpoint when what they promise has come. */
function reached<Target extends object>(point: string, target: Target): Target {
  return new Proxy(target, {
    get(real, name) {
      const member = Reflect.get(real, name);
      if (typeof member !== 'function') return member;
      return async (...args: unknown[]) => {
        const answer = await member.apply(real, args);
        reach(point);
        return answer;
      };
    },
  });
}

Object.assign(globalThis, { reach, reached });

const patches = Map.groupBy(PATCHES, (patch) => new URL(`../../${patch.file}`, import.meta.url).href);

registerHooks({
  load(url, context, nextLoad) {
    const loaded = nextLoad(url, context);
    const own = patches.get(url);
    if (own === undefined) return loaded;
    let source = readFileSync(new URL(url), 'utf8');
    for (const { find, replace } of own) source = source.replace(find, () => replace);
    return { ...loaded, source };
  },
});
