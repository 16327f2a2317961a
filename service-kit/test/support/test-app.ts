/** An application as services make it, listening, with its log kept as lines. */
import { connect } from 'node:net';
import { Writable } from 'node:stream';
import type { FastifyInstance } from 'fastify';
import { type CreateAppOptions, createApp } from '../../src/app.ts';
import { createLogger } from '../../src/logger.ts';
import { createMetrics } from '../../src/metrics.ts';

export type LogLine = Record<string, unknown> & { level: number; msg: string };

/** A logger whose lines can be read. */
export function createTestLog(level = 'info') {
  const text: string[] = [];
  const destination = new Writable({
    write(chunk, _encoding, done) {
      text.push(String(chunk));
      done();
    },
  });
  return {
    log: createLogger({ name: 'test', level, destination }),
    text: () => text.join(''),
    lines: (): LogLine[] => text.map((line) => JSON.parse(line)),
  };
}

export interface TestApp {
  readonly app: FastifyInstance;
  readonly url: string;
  readonly lines: () => LogLine[];
  readonly metricsText: () => Promise<string>;
  close(): Promise<void>;
}

/** `routes` adds to it before it listens. */
export async function startTestApp(
  routes: (app: FastifyInstance) => void | Promise<void> = () => {},
  options: Partial<CreateAppOptions> = {},
): Promise<TestApp> {
  const { log, lines } = createTestLog();
  const metrics = createMetrics({ service: 'test', instance: 'test-1' });
  const app = await createApp({
    name: 'test',
    logger: log,
    metrics,
    trustedProxies: '',
    openapi: { title: 'Test', description: 'Test' },
    ...options,
  });
  // What is tested here is rarely a limit.
  app.addHook('onRoute', (route) => {
    route.config = { rateLimit: false, ...route.config };
  });
  await routes(app);
  const url = await app.listen({ host: '127.0.0.1', port: 0 });
  return { app, url, lines, metricsText: () => metrics.registry.metrics(), close: () => app.close() };
}

/** Writes bytes as they are and reads until the server ends the connection. */
export function sendRaw(url: string, text: string): Promise<string> {
  const { hostname, port } = new URL(url);
  return new Promise((resolve, reject) => {
    const socket = connect(Number(port), hostname, () => socket.write(text));
    let answer = '';
    socket.setTimeout(15_000, () => socket.destroy(new Error('no end of the answer')));
    socket.on('data', (chunk) => {
      answer += chunk;
    });
    socket.on('error', reject);
    socket.on('end', () => {
      socket.end();
      resolve(answer);
    });
  });
}
