// Small stand-ins for the services, in a tree of their own: they answer every request with what they were told, so
// that the scripts around them can be tried quickly. The stores beneath are real.

import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';

const ENTRIES = [
  'waiting-room/src/server.ts',
  'checkout-api/src/server.ts',
  'admin-ui/server/src/server.ts',
  'examples/storefront/src/server.ts',
];

const SOURCE = `
import { createServer } from 'node:http';
const reveal = (_request, response) => response.end(JSON.stringify({ ...process.env, PID: process.pid }));
createServer(reveal).listen(Number(process.env.PORT), '127.0.0.1', () =>
  createServer(reveal).listen(Number(process.env.INTERNAL_PORT), '127.0.0.1', () =>
    console.log('{"msg":"listening"}')));
`;

/** A page that the real bundler builds in no time. */
const WEB = {
  'index.html': '<!doctype html><script type="module" src="/src/main.ts"></script>',
  'src/main.ts': 'document.title = "stand-in";',
  'public/robots.txt': '',
  'vite.config.ts': 'export default {};',
  'package.json': '{"type":"module"}',
};

export async function writeEntry(root: string, entry: string, source = SOURCE): Promise<void> {
  await mkdir(dirname(join(root, entry)), { recursive: true });
  await writeFile(join(root, entry), source);
}

export async function writeStandIns(root: string): Promise<void> {
  for (const entry of ENTRIES) await writeEntry(root, entry);
  for (const [file, text] of Object.entries(WEB)) await writeEntry(root, join('admin-ui/web', file), text);
}
