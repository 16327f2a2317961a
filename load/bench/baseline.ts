/**
 * The one baseline of all benches, as a process of its own: `fastify()` without plugin, hook or logger, one route of the
 * same method, a body parsed where the real route has one, and an answer of the same length.
 */
import fastify from 'fastify';

export interface BaselineRoute {
  readonly method: 'GET' | 'POST' | 'DELETE';
  readonly path: string;
  readonly status: number;
  readonly answerBytes: number;
}

const route = JSON.parse(process.argv[2] ?? '') as BaselineRoute;
const answer = 'x'.repeat(route.answerBytes);

const app = fastify();
app.route({
  method: route.method,
  url: route.path,
  handler: (_request, reply) => {
    reply.code(route.status).send(answer);
  },
});
const url = await app.listen({ host: '127.0.0.1', port: 0 });
process.send?.({ port: Number(new URL(url).port) });
process.on('disconnect', () => process.exit());
