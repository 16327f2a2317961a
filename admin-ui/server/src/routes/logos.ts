/** A drop's logo over HTTP: sent as a picture, told how far it is, shown, removed. */
import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { problem } from '@sluice/service-kit';
import { Type } from 'typebox';
import type { ControlPlane } from '../acts/control-plane.ts';
import { removeLogo, sendLogo, tellLogo } from '../acts/set-logo.ts';
import { tellDrop } from '../acts/tell-drop.ts';
import { DropParams, PROBLEM_ANSWERS } from '../contract/common.ts';
import { DropAnswer } from '../contract/drops.ts';
import { LogoAnswer, LogoQuery } from '../contract/page-theme.ts';
import { IMAGE_TYPES } from '../domain/image-header.ts';
import { byOperator } from '../plugins/access.ts';
import { ACTS_PER_OPERATOR, READS_PER_OPERATOR, UPLOADS_PER_OPERATOR } from '../rate-limits.ts';

/** A sign as designers export it. */
const LOGO_BYTES_MAX = 2 * 1024 * 1024;

export const logoRoutes: FastifyPluginAsyncTypebox<{ plane: ControlPlane }> = async (app, { plane }) => {
  const limited = (limit: { max: number; timeWindow: number }) => ({
    rateLimit: { ...limit, keyGenerator: byOperator },
  });
  app.removeAllContentTypeParsers();
  app.addContentTypeParser(
    [...IMAGE_TYPES],
    { parseAs: 'buffer' },
    async (_request: unknown, body: unknown) => body,
  );

  app.put(
    '/api/v1/drops/:drop/logo',
    {
      config: limited(UPLOADS_PER_OPERATOR),
      bodyLimit: LOGO_BYTES_MAX,
      schema: {
        summary: 'Send a logo: PNG, JPEG or WebP, at most 2 MB; re-encoded before any shopper gets it',
        params: DropParams,
        querystring: LogoQuery,
        response: { 202: LogoAnswer, ...PROBLEM_ANSWERS },
      },
    },
    async (request, reply) => {
      const { drop } = request.params;
      const bytes: unknown = request.body;
      if (!Buffer.isBuffer(bytes)) throw problem('logo-refused', 'There is no picture in the body.');
      const type = request.headers['content-type']?.split(';')[0]?.trim().toLowerCase() ?? '';
      await sendLogo(plane, drop, {
        ...{ bytes, type, actor: request.operator, reason: request.query.reason ?? null },
      });
      return reply.code(202).send(await tellLogo(plane, drop));
    },
  );

  app.get(
    '/api/v1/drops/:drop/logo',
    {
      config: limited(READS_PER_OPERATOR),
      schema: {
        summary: 'How far a logo is that was sent, and which one is on the page',
        params: DropParams,
        response: { 200: LogoAnswer, ...PROBLEM_ANSWERS },
      },
    },
    async (request, reply) => {
      reply.header('cache-control', 'no-store');
      return tellLogo(plane, request.params.drop);
    },
  );

  app.get(
    '/api/v1/drops/:drop/logo/image',
    {
      config: limited(READS_PER_OPERATOR),
      schema: {
        summary: 'The logo that is on the page, as WebP',
        params: DropParams,
        response: { 200: Type.Unsafe<Buffer>({ type: 'string', format: 'binary' }), ...PROBLEM_ANSWERS },
        produces: ['image/webp'],
      },
    },
    async (request, reply) => {
      const { logo } = await tellLogo(plane, request.params.drop);
      const image = logo && (await plane.logos.image(logo.hash));
      if (!image) throw problem('no-logo', 'The page of this drop has no logo.');
      return reply
        .header('cache-control', 'no-store')
        .header('content-security-policy', "default-src 'none'; sandbox")
        .type('image/webp')
        .send(image);
    },
  );

  app.delete(
    '/api/v1/drops/:drop/logo',
    {
      config: limited(ACTS_PER_OPERATOR),
      schema: {
        summary: 'Take the logo off the page',
        params: DropParams,
        querystring: LogoQuery,
        response: { 200: DropAnswer, ...PROBLEM_ANSWERS },
      },
    },
    async (request) => {
      const who = { actor: request.operator, reason: request.query.reason ?? null };
      return tellDrop(plane, await removeLogo(plane, request.params.drop, who));
    },
  );
};
