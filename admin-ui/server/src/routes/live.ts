/** A running drop, second by second: as an event stream for the control room, as JSON for scripts. */
import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { isStoreFault, problem } from '@sluice/service-kit';
import { Type } from 'typebox';
import type { ControlPlane } from '../acts/control-plane.ts';
import { DropParams, PROBLEM_ANSWERS } from '../contract/common.ts';
import { LiveAnswer, LiveHeaders, LiveQuery } from '../contract/live.ts';
import { HISTORY_SAMPLES_MAX, historyOf } from '../domain/live-history.ts';
import { byOperator } from '../plugins/access.ts';
import type { LiveNews, LiveReaders } from '../plugins/live-readers.ts';
import type { LiveStreams } from '../plugins/live-streams.ts';
import { READS_PER_OPERATOR } from '../rate-limits.ts';

/** Redis answers or fails within two seconds. */
const FIRST_SAMPLE_MS = 5000;

export interface LiveRoutesOptions {
  readonly plane: ControlPlane;
  readonly readers: LiveReaders;
  readonly streams: LiveStreams;
}

export const liveRoutes: FastifyPluginAsyncTypebox<LiveRoutesOptions> = async (
  app,
  { plane, readers, streams },
) => {
  app.addHook('preClose', async () => {
    streams.close();
    await readers.close();
  });

  app.get(
    '/api/v1/drops/:drop/live',
    {
      config: { rateLimit: { ...READS_PER_OPERATOR, keyGenerator: byOperator } },
      schema: {
        summary: 'What a drop does, second by second; with "Accept: text/event-stream" as a stream',
        description:
          'Events: `history` (or `missed`, after a Last-Event-ID) as columns, `sample` each second, `acts` when something was done, `blind` while Redis does not answer, `end` when the session is over, `reconnect` when the instance closes. Postgres is not needed.',
        params: DropParams,
        querystring: LiveQuery,
        headers: LiveHeaders,
        response: {
          200: {
            content: {
              'application/json': { schema: LiveAnswer },
              'text/event-stream': { schema: Type.String() },
            },
          },
          ...PROBLEM_ANSWERS,
        },
      },
    },
    async (request, reply) => {
      const { drop } = request.params;
      if (!(await isKnown(plane, drop))) throw problem('no-such-drop', `No drop has the id "${drop}".`);
      if (!(request.headers.accept ?? '').includes('text/event-stream')) {
        const { seconds = HISTORY_SAMPLES_MAX } = request.query;
        reply.header('cache-control', 'no-store').type('application/json; charset=utf-8');
        return answer(readers, drop, seconds);
      }
      if (streams.isFull(request.operator))
        throw problem('rate-limited', 'You have too many screens open; close one of them.', {
          retryAfterSeconds: 10,
        });
      reply.hijack();
      const response = reply.raw;
      // It ends with its connection, which nobody would use for anything else.
      response.useChunkedEncodingByDefault = false;
      response.writeHead(200, {
        'content-type': 'text/event-stream; charset=utf-8',
        'cache-control': 'no-store',
        'x-content-type-options': 'nosniff',
        // nginx passes events on at once only when told.
        'x-accel-buffering': 'no',
      });
      const isOpen = streams.open({
        ...{ drop, response, operator: request.operator },
        sinceMs: Number(request.headers['last-event-id'] ?? 0),
        mayStill: () => app.mayStill(request),
      });
      if (!isOpen) response.end('retry: 10000\nevent: reconnect\ndata: {}\n\n');
      return reply;
    },
  );
};

/** Asked in the ledger, and in Redis while that does not answer. @throws a store fault when neither does */
async function isKnown({ drops, journal, ledger }: ControlPlane, id: string): Promise<boolean> {
  if (!ledger.isDown()) {
    try {
      return (await drops.find(id)) !== undefined;
    } catch (error) {
      if (!isStoreFault(error)) throw error;
      ledger.answers(false);
    }
  }
  return (await journal.plan(id)) !== undefined;
}

/** @throws Problem `store-unavailable` while Redis does not answer, or too many drops are being looked at */
async function answer(readers: LiveReaders, drop: string, seconds: number) {
  const { promise, resolve } = Promise.withResolvers<void>();
  const watch = readers.watch(drop, (news: LiveNews) => news.is !== 'acts' && resolve());
  if (!watch)
    throw problem('store-unavailable', 'This instance reads as many drops as it can.', {
      retryAfterSeconds: 10,
    });
  try {
    if (!watch.latest) await Promise.race([promise, later(FIRST_SAMPLE_MS)]);
    const { latest, samples, acts } = watch;
    if (latest?.is !== 'sample')
      throw problem(
        'store-unavailable',
        latest?.why === 'not-in-room' ? 'The room does not have the drop.' : 'Redis does not answer.',
        { retryAfterSeconds: 2 },
      );
    const since = Date.parse(latest.sample.at) - seconds * 1000;
    const history = historyOf(samples.filter(({ at }) => Date.parse(at) > since));
    return { drop, sample: latest.sample, history, acts: [...acts] };
  } finally {
    watch.end();
  }
}

const later = (ms: number) => new Promise<void>((resolve) => void setTimeout(resolve, ms).unref());
