/** What `npx sluice` is asked to do. */

export const USAGE = `usage: sluice status|pause|resume|drain|close <drop>
       sluice rate <drop> <entries a minute, or +n, -n>
options: --confirm for what is large or for good, --reason <text> for the audit log`;

const VERBS = ['status', 'pause', 'resume', 'drain', 'close', 'rate'] as const;

export interface ShellCommand {
  readonly verb: (typeof VERBS)[number];
  readonly drop: string;
  readonly rate: { readonly to: number } | { readonly by: number } | undefined;
  readonly isConfirmed: boolean;
  readonly reason: string | null;
}

/** What a refusal says to a caller of the API, as somebody at a shell has to do it. */
export const inShellWords = (detail: string): string =>
  detail
    .replace('Send it again with "confirm": true.', 'Say it again with --confirm.')
    .replace(/^body\.(to|by)\b/, 'the rate');

const HELP = ['--help', '-h', 'help'];
/** Somebody wants to know what there is: that is no mistake. */
export const asksForHelp = ([first = '']: readonly string[]): boolean => HELP.includes(first);

/** The command, or what is wrong with it. */
export function parseCommand(args: readonly string[]): ShellCommand | { readonly fault: string } {
  const rest: string[] = [];
  let [isConfirmed, reason]: [boolean, string | null] = [false, null];
  for (let at = 0; at < args.length; at++) {
    const arg = args[at] ?? '';
    if (arg === '--confirm') isConfirmed = true;
    else if (arg === '--reason') {
      reason = args[++at] ?? '';
      if (reason === '' || reason.length > 500) return { fault: '--reason takes 1 to 500 characters' };
    } else if (arg.startsWith('--')) return { fault: `${arg} is not an option` };
    else rest.push(arg);
  }
  const [word, drop, value, more] = rest;
  const verb = VERBS.find((one) => one === word);
  if (!verb) return { fault: word === undefined ? 'what shall it do?' : `${word} is not a command` };
  if (drop === undefined || !/^[a-z0-9](?:[a-z0-9-]{0,38}[a-z0-9])?$/.test(drop))
    return { fault: 'the id of a drop must follow' };
  if (more !== undefined || (verb !== 'rate' && value !== undefined)) return { fault: 'too many words' };
  const rate = verb === 'rate' ? rateOf(value ?? '') : undefined;
  if (verb === 'rate' && !rate)
    return { fault: 'the rate must be a number from 0 to 1000000, or a step like +60' };
  return { verb, drop, rate, isConfirmed, reason };
}

function rateOf(text: string): ShellCommand['rate'] {
  if (!/^[+-]?\d{1,7}$/.test(text)) return undefined;
  const value = Number(text);
  if (/^[+-]/.test(text)) return { by: value };
  return value <= 1_000_000 ? { to: value } : undefined;
}
