/**
 * Shoppers at their event streams, as a process of its own on bare sockets: opens streams, and tells how long each event
 * took from the moment its picture was made (`asOf`, on the clock of the same machine) until it was here.
 */
import { connect, type Socket } from 'node:net';
import type { ReceiverAnswer, ReceiverOrder } from './orders.ts';

/** Connections being opened at once: fewer than a listener's backlog. */
const OPENING = 100;
const AS_OF = '"asOf":"';
const INSTANT_CHARS = 24;

interface Seen {
  events: number;
  latenciesMs: number[];
}

const sockets: Socket[] = [];
/** Events of each stream since the last `take`. */
const seen: Seen[] = [];
let broken = 0;

process.on('message', (order: ReceiverOrder) => {
  void obey(order).then((answer) => process.send?.(answer));
});
process.on('disconnect', () => process.exit());

async function obey(order: ReceiverOrder): Promise<ReceiverAnswer> {
  try {
    if (order.kind === 'open') await openAll(order.port, order.requests);
    return { ok: true, streams: sockets.length - broken, ...take() };
  } catch (error) {
    return { ok: false, message: (error as Error).message };
  }
}

function take() {
  const latenciesMs = seen.flatMap((stream) => stream.latenciesMs);
  const streamsTold = seen.filter(({ events }) => events > 0).length;
  for (const stream of seen) Object.assign(stream, { events: 0, latenciesMs: [] });
  return { streamsTold, latenciesMs };
}

async function openAll(port: number, requests: readonly string[]): Promise<void> {
  let next = 0;
  const row = async () => {
    while (next < requests.length) await open(port, requests[next++] as string);
  };
  await Promise.all(Array.from({ length: OPENING }, row));
}

/** Resolves with the first event. */
function open(port: number, request: string): Promise<void> {
  return new Promise((resolve, reject) => {
    const socket = connect({ port, host: '127.0.0.1', noDelay: true });
    const stream: Seen = { events: 0, latenciesMs: [] };
    let partial = '';
    let isAccepted = false;
    socket.on('connect', () => socket.write(request));
    socket.on('error', reject);
    socket.on('close', () => {
      broken++;
      reject(new Error('a stream was closed'));
    });
    socket.on('data', (chunk: Buffer) => {
      const now = Date.now();
      const text = partial + chunk.toString('latin1');
      if (!isAccepted && !text.startsWith('HTTP/1.1 200'))
        return reject(new Error(`a stream was answered ${text.slice(9, 12)}: ${text.slice(-200)}`));
      isAccepted = true;
      partial = readEvents(text, now, stream);
      if (stream.events > 0) resolve();
    });
    sockets.push(socket);
    seen.push(stream);
  });
}

/** @returns what may be the beginning of an event that has not come whole */
function readEvents(text: string, now: number, stream: Seen): string {
  let from = 0;
  for (let at = text.indexOf(AS_OF); at >= 0; at = text.indexOf(AS_OF, from)) {
    const instant = text.slice(at + AS_OF.length, at + AS_OF.length + INSTANT_CHARS);
    if (instant.length < INSTANT_CHARS) return text.slice(at);
    stream.events++;
    stream.latenciesMs.push(now - Date.parse(instant));
    from = at + AS_OF.length + INSTANT_CHARS;
  }
  return text.slice(Math.max(from, text.length - AS_OF.length + 1));
}
