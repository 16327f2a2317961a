/** How the admin UI is built: hashed assets, a manifest that the size test reads, everything compressed beside itself. */
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { brotliCompressSync, constants, gzipSync } from 'node:zlib';
import react from '@vitejs/plugin-react';
import { defineConfig, type Plugin } from 'vite';

export default defineConfig({
  plugins: [react(), compressBeside()],
  build: {
    manifest: true,
    sourcemap: false,
    // The policy of the server has no `data:`, and an image of a kilobyte is no burden.
    assetsInlineLimit: 0,
    // Preloading puts no inline script into the page with this off; all our browsers preload modules themselves.
    modulePreload: { polyfill: false },
  },
});

/** `<file>.br` and `<file>.gz` beside each file worth it, so that the server never compresses. */
function compressBeside(): Plugin {
  let folder = 'dist';
  return {
    name: 'compress-beside',
    apply: 'build',
    configResolved({ root, build }) {
      folder = join(root, build.outDir);
    },
    closeBundle() {
      for (const path of readdirSync(folder, { recursive: true, encoding: 'utf8' })) {
        if (!/\.(js|css|html|svg)$/.test(path)) continue;
        const content = readFileSync(join(folder, path));
        const quality = { [constants.BROTLI_PARAM_QUALITY]: 9 };
        writeFileSync(join(folder, `${path}.gz`), gzipSync(content, { level: 9 }));
        writeFileSync(join(folder, `${path}.br`), brotliCompressSync(content, { params: quality }));
      }
    },
  };
}
