/** The style sheet and the script: read once, named by their content, kept by browsers for good. */
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import type { FastifyInstance } from 'fastify';

const load = (name: string, type: string) => {
  const content = readFileSync(new URL(`../../assets/${name}`, import.meta.url));
  const version = createHash('sha256').update(content).digest('base64url').slice(0, 10);
  return { href: `/assets/${name}?v=${version}`, path: `/assets/${name}`, type, content };
};

const style = load('shop.css', 'text/css; charset=utf-8');
const script = load('shop.js', 'text/javascript; charset=utf-8');

/** Addresses for the pages. */
export const STYLE_HREF = style.href;
export const SCRIPT_HREF = script.href;

export function registerAssets(app: FastifyInstance): void {
  for (const { path, type, content } of [style, script]) {
    app.get(path, { logLevel: 'warn' }, (_request, reply) =>
      reply.header('cache-control', 'public, max-age=31536000, immutable').type(type).send(content),
    );
  }
}
