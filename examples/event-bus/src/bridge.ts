/**
 * From the checkout's outbox to Kafka: takes CloudEvents over HTTP (set OUTBOX_URL of the checkout to its address, OUTBOX_TOKEN to
 * its TOKEN) and answers 204 once the broker has one. Whatever else it answers, the outbox tells the event again, so that
 * an event is on the topic at least once; by its id consumers know what they have seen.
 */
import { timingSafeEqual } from 'node:crypto';
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { ProduceAcks, Producer, stringSerializers } from '@platformatic/kafka';
import { CONTENT_TYPE, readCloudEvent } from './cloud-event.ts';

const {
  KAFKA_BROKERS = '',
  TOKEN = '',
  TOPIC = 'sluice.events',
  HOST = '127.0.0.1',
  PORT = '0',
} = process.env;
const faults = [
  ...(KAFKA_BROKERS === '' ? ['KAFKA_BROKERS must name at least one host:port'] : []),
  ...(TOKEN.length < 16 ? ['TOKEN must have at least 16 characters'] : []),
];
if (faults.length > 0) {
  console.error(faults.join('\n'));
  process.exit(2);
}

/** Events of ours are some hundred bytes. */
const BODY_BYTES_MAX = 65_536;

const producer = new Producer({
  clientId: 'sluice-bridge',
  bootstrapBrokers: KAFKA_BROKERS.split(','),
  serializers: stringSerializers,
  acks: ProduceAcks.ALL,
  // The outbox waits 5 s for an answer, and asks again by itself.
  timeout: 2000,
  connectTimeout: 1000,
  retries: 1,
});

async function take(request: IncomingMessage): Promise<{ status: number; reason?: string }> {
  if (request.method !== 'POST') return { status: 405, reason: 'POST events here' };
  if (!isSame(request.headers.authorization ?? '', `Bearer ${TOKEN}`))
    return { status: 401, reason: 'authorization must be the token of the bridge' };
  if (!request.headers['content-type']?.startsWith(CONTENT_TYPE))
    return { status: 415, reason: `content-type must be ${CONTENT_TYPE}` };
  const body = await readBody(request);
  if (body === undefined) return { status: 413, reason: `body must be ${BODY_BYTES_MAX} bytes at most` };
  const event = readCloudEvent(body);
  if (event === undefined) return { status: 400, reason: 'body must be a CloudEvent 1.0 in JSON' };
  try {
    await producer.send({
      messages: [
        {
          topic: TOPIC,
          // What is about one thing stays in order: one key, one partition.
          key: `${event.source} ${event.subject}`,
          value: body,
          headers: { 'content-type': `${CONTENT_TYPE}; charset=utf-8` },
        },
      ],
    });
    return { status: 204 };
  } catch (error) {
    console.error(`event ${event.id} is not on the topic: ${String(error)}`);
    return { status: 503, reason: 'Kafka did not take the event' };
  }
}

async function readBody(request: IncomingMessage): Promise<string | undefined> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes > BODY_BYTES_MAX) return undefined;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}

function isSame(given: string, wanted: string): boolean {
  const [one, other] = [Buffer.from(given), Buffer.from(wanted)];
  return one.length === other.length && timingSafeEqual(one, other);
}

const server = createServer(async (request, response) => {
  const { status, reason } = await take(request).catch(() => ({ status: 400, reason: 'body broke off' }));
  const problem = reason && JSON.stringify({ type: 'about:blank', status, detail: reason });
  response
    .writeHead(status, {
      ...(problem && { 'content-type': 'application/problem+json' }),
      ...(status === 503 && { 'retry-after': '5' }),
    })
    .end(problem);
});
server.listen(Number(PORT), HOST, () => {
  console.log(`listening on http://${HOST}:${(server.address() as AddressInfo).port}/`);
});

for (const signal of ['SIGINT', 'SIGTERM'] as const)
  process.once(signal, () => {
    server.close(async () => {
      await producer.close();
    });
    server.closeIdleConnections();
  });
