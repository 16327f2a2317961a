/** Colours tried out before a drop gets them: what the page makes of them, and what could not be read. Changes nothing. */
import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { PROBLEM_ANSWERS } from '../contract/common.ts';
import { Theme, ThemePreview } from '../contract/page-theme.ts';
import { contrastsOf, palettesOf } from '../domain/theme.ts';
import { byOperator } from '../plugins/access.ts';
import { READS_PER_OPERATOR } from '../rate-limits.ts';

export const themeRoutes: FastifyPluginAsyncTypebox = async (app) => {
  app.post(
    '/api/v1/theme-preview',
    {
      config: { rateLimit: { ...READS_PER_OPERATOR, keyGenerator: byOperator } },
      schema: {
        summary: 'Every colour that the page derives from a theme, and how well they can be read',
        body: Theme,
        response: { 200: ThemePreview, ...PROBLEM_ANSWERS },
      },
    },
    async (request) => {
      const palettes = palettesOf(request.body);
      const contrasts = contrastsOf(palettes);
      const isReadable = contrasts.every(({ ratio, needed }) => ratio >= needed);
      return { light: { ...palettes.light }, dark: { ...palettes.dark }, isReadable, contrasts };
    },
  );
};
