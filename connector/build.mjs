// @ts-check
/**
 * Builds the package as it is published, into a folder of its own: plain JavaScript for Node ≥ 20, browsers' and edge
 * runtimes, with declarations. In the repository the sources run as they are; nothing here loads the result.
 */
import { execFile } from 'node:child_process';
import { glob, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { dirname, join, posix } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const HERE = dirname(fileURLToPath(import.meta.url));
const REPO = join(HERE, '..');
/** What goes into the package beside the code, by its path in the repository, and the folder it lies in there. */
const DOCUMENTS = /** @type {const} */ ([
  ['LICENSE', '.'],
  ['connector/{README.md,nginx.conf,vectors.json}', '.'],
  ['connector/recipes/*', 'recipes'],
  ['docs/guides/{protect-your-origin,bring-your-own-checkout}.md', 'guides'],
]);

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
  await copyDocuments(folder);
  const source = JSON.parse(await readFile(join(HERE, 'package.json'), 'utf8'));
  await writeFile(join(folder, 'package.json'), `${JSON.stringify(manifestOf(source), null, 2)}\n`);
}

/** @param {string} folder */
async function copyDocuments(folder) {
  /** @type {Map<string, string>} */
  const packed = new Map();
  for (const [pattern, where] of DOCUMENTS)
    for await (const path of glob(pattern, { cwd: REPO }))
      packed.set(path, posix.join(where, posix.basename(path)));
  for (const [path, name] of packed) {
    const text = await readFile(join(REPO, path), 'utf8');
    await mkdir(dirname(join(folder, name)), { recursive: true });
    await writeFile(join(folder, name), name.endsWith('.md') ? linkInside(text, path, packed) : text);
  }
}

/**
 * Links of a page to what comes along, from where both lie in the package; of the others only the words stay.
 * @param {string} markdown
 * @param {string} path of the page in the repository
 * @param {ReadonlyMap<string, string>} packed names in the package by path in the repository
 */
function linkInside(markdown, path, packed) {
  const from = posix.dirname(packed.get(path) ?? '');
  return markdown.replaceAll(
    /\[([^\]]*)\]\((?!https?:|#)([^)\s#]+)(#[^)\s]*)?\)/g,
    (_, words, target, anchor = '') => {
      const name = packed.get(posix.join(posix.dirname(path), target));
      return name ? `[${words}](${posix.relative(from, name)}${anchor})` : words;
    },
  );
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
