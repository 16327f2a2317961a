/**
 * Every command that a Redis is sent, as its `MONITOR` tells. Over a bare connection: ioredis takes the first line for a fault of the
 * protocol when it comes together with the answer to MONITOR.
 */
import { once } from 'node:events';
import { connect } from 'node:net';
import { createInterface } from 'node:readline';

/** `+<time> [<database> <source>] "<word>" "<word>" …` */
const LINE = /^\+\S+ \[\d+ ([^\]]+)\] (.*)$/;
const WORD = /"((?:[^"\\]|\\.)*)"/g;

export interface CommandWatch {
  close(): void;
}

/**
 * Resolves once it watches.
 * @param heard `words` of a command, escaped as Redis escapes them; `source` its client's address, or `lua` for a script's own
 */
export async function watchCommands(
  url: string,
  heard: (words: string[], source: string) => void,
): Promise<CommandWatch> {
  const { hostname, port } = new URL(url);
  const socket = connect(Number(port), hostname);
  await once(socket, 'connect');
  let tell = (_answer: string) => {};
  const begun = new Promise<string>((resolve) => {
    tell = resolve;
  });
  // One listener from the beginning: commands may come in one packet with the answer.
  createInterface({ input: socket }).on('line', (line) => {
    const [, source = '', command] = LINE.exec(line) ?? [];
    if (command === undefined) return tell(line);
    heard(
      [...command.matchAll(WORD)].map(([, word = '']) => word),
      source,
    );
  });
  socket.write('MONITOR\r\n');
  const answer = await begun;
  if (answer !== '+OK') throw new Error(`Redis does not let itself be watched: ${answer}`);
  return { close: () => socket.destroy() };
}
