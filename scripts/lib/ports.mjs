// @ts-check
// Free TCP ports. Wanted ports that are taken are stepped over; other ports come from below the range the kernel
// hands to outgoing connections, so that a port found free stays free until its service listens.

import { createServer } from 'node:net';

const EPHEMERAL_FREE_FROM = 20_000;
const EPHEMERAL_FREE_TO = 32_000;
const STEPS_MAX = 200;

/** Ports this process has handed out already. @type {Set<number>} */
const handedOut = new Set();

/**
 * A port nobody listens on, on IPv4 or IPv6 loopback or on all addresses.
 * @param {number} [wanted] the first to try; taken ports are stepped over one by one. Without it: any free port.
 * @param {(text: string) => void} [note] told of each step over a taken port
 * @returns {Promise<number>}
 */
export async function freePort(wanted, note) {
  const random = () =>
    EPHEMERAL_FREE_FROM + Math.floor(Math.random() * (EPHEMERAL_FREE_TO - EPHEMERAL_FREE_FROM));
  let port = wanted ?? random();
  for (let steps = 0; steps < STEPS_MAX; steps += 1) {
    if (!handedOut.has(port) && (await isFree(port))) {
      handedOut.add(port);
      return port;
    }
    const next = wanted === undefined ? random() : port + 1;
    if (wanted !== undefined && !handedOut.has(port)) note?.(`port ${port} is in use, trying ${next}`);
    port = next;
  }
  throw new Error(`no free port found in ${STEPS_MAX} tries`);
}

/**
 * @param {number} port
 * @returns {Promise<boolean>}
 */
async function isFree(port) {
  for (const host of ['127.0.0.1', '::1', '0.0.0.0']) {
    if (!(await canListen(port, host))) return false;
  }
  return true;
}

/**
 * @param {number} port
 * @param {string} host an address this machine lacks (no IPv6) counts as free
 * @returns {Promise<boolean>}
 */
function canListen(port, host) {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', (/** @type {NodeJS.ErrnoException} */ error) =>
      resolve(error.code === 'EADDRNOTAVAIL' || error.code === 'EAFNOSUPPORT'),
    );
    server.listen({ port, host, exclusive: true }, () => server.close(() => resolve(true)));
  });
}
