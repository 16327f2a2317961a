// @ts-check
/**
 * Builds the package as it is published, into a folder of its own: plain JavaScript for Node ≥ 20, browsers' and edge
 * runtimes, with declarations. In the repository the sources run as they are; nothing here loads the result.
 */
import { execFile } from 'node:child_process';
import { copyFile, glob, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const HERE = dirname(fileURLToPath(import.meta.url));
/** What goes into the package beside the code. */
const DOCUMENTS = ['README.md', 'nginx.conf', 'vectors.json', '../LICENSE'];

/**
 * @param {string} folder is made anew
 */
export async function buildPackage(folder) {
  await rm(folder, { recursive: true, force: true });
  await mkdir(folder, { recursive: true });
  const tsc = fileURLToPath(new URL('bin/tsc', import.meta.resolve('typescript/package.json')));
  await promisify(execFile)(process.execPath, [
    tsc,
    ...['-p', join(HERE, 'tsconfig.build.json'), '--outDir', folder],
  ]);
  for await (const name of glob('**/*.d.ts', { cwd: folder })) {
    const file = join(folder, name);
    // Compilers before 5.7 do not look for declarations behind a `.ts`.
    await writeFile(file, (await readFile(file, 'utf8')).replaceAll(/(from '\.[^']*)\.ts'/g, "$1.js'"));
  }
  for (const path of DOCUMENTS)
    await copyFile(join(HERE, path), join(folder, path.split('/').at(-1) ?? path));
  const source = JSON.parse(await readFile(join(HERE, 'package.json'), 'utf8'));
  await writeFile(join(folder, 'package.json'), `${JSON.stringify(manifestOf(source), null, 2)}\n`);
}

/**
 * The repository's manifest with built files in place of sources, and nothing that only the repository needs.
 * @param {Record<string, any>} source
 */
function manifestOf({ private: _private, devDependencies: _dev, scripts: _scripts, exports, bin, ...kept }) {
  const built = (/** @type {string} */ path) => path.replace('./src/', './').replace(/\.ts$/, '.js');
  const entry = (/** @type {string} */ path) => ({
    types: built(path).replace(/\.js$/, '.d.ts'),
    default: built(path),
  });
  return {
    ...kept,
    engines: { node: '>=20' },
    bin: { 'sluice-connector': built(bin).slice(2) },
    exports: Object.fromEntries(Object.entries(exports).map(([name, path]) => [name, entry(path)])),
  };
}

if (import.meta.main) {
  const folder = join(HERE, 'dist');
  await buildPackage(folder);
  console.log(`${folder}: ready for "npm publish connector/dist"`);
}
