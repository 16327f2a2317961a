// @ts-check
// One Redis command over a socket of its own, without a client library: enough to see whether a server answers and
// how it is configured, before anything is installed.

import { connect } from 'node:net';
import { connect as connectTls } from 'node:tls';

const TIMEOUT_MS = 3_000;

/**
 * @param {string} url `redis://[user:password@]host[:port]` or `rediss://…`
 * @param {readonly string[]} command
 * @returns {Promise<string>} the reply: a status or bulk string as it is, an array as its strings joined by newlines
 */
export function redisCommand(url, command) {
  const { protocol, hostname, port, username, password } = new URL(url);
  const auth = password
    ? [['AUTH', ...(username ? [decodeURIComponent(username)] : []), decodeURIComponent(password)]]
    : [];
  const commands = [...auth, command];
  return new Promise((resolve, reject) => {
    const target = { host: hostname.replace(/^\[|\]$/g, ''), port: Number(port || 6379) };
    const socket = protocol === 'rediss:' ? connectTls(target) : connect(target);
    let text = '';
    const finish = (/** @type {Error | undefined} */ error, reply = '') => {
      socket.destroy();
      if (error) reject(error);
      else resolve(reply);
    };
    socket.setTimeout(TIMEOUT_MS, () => finish(new Error(`no answer within ${TIMEOUT_MS} ms`)));
    socket.on('error', finish);
    socket.on('close', () => finish(new Error('the connection was closed')));
    socket.on('connect', () => socket.write(commands.map(encode).join('')));
    socket.on('data', (chunk) => {
      text += chunk.toString();
      let at = 0;
      let reply = '';
      for (let index = 0; index < commands.length; index += 1) {
        const parsed = parse(text, at);
        if (!parsed) return; // the rest is under way
        if (parsed.error) return finish(new Error(parsed.error));
        at = parsed.next;
        reply = parsed.value;
      }
      finish(undefined, reply);
    });
  });
}

/** @param {readonly string[]} words */
function encode(words) {
  return `*${words.length}\r\n${words.map((word) => `$${Buffer.byteLength(word)}\r\n${word}\r\n`).join('')}`;
}

/**
 * @param {string} text
 * @param {number} at
 * @returns {{ value: string, next: number, error?: string } | undefined} undefined: not complete yet
 */
function parse(text, at) {
  const end = text.indexOf('\r\n', at);
  if (end < 0) return undefined;
  const kind = text[at];
  const rest = text.slice(at + 1, end);
  const next = end + 2;
  if (kind === '-') return { value: '', next, error: rest };
  if (kind === '$') {
    const length = Number(rest);
    if (length < 0) return { value: '', next };
    if (text.length < next + length + 2) return undefined;
    return { value: text.slice(next, next + length), next: next + length + 2 };
  }
  if (kind === '*') {
    /** @type {string[]} */
    const values = [];
    let position = next;
    for (let count = Number(rest); count > 0; count -= 1) {
      const item = parse(text, position);
      if (!item) return undefined;
      values.push(item.value);
      position = item.next;
    }
    return { value: values.join('\n'), next: position };
  }
  return { value: rest, next };
}
