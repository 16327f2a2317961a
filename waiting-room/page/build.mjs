/**
 * Bundles the waiting page's script and the modules it loads on demand. The results are committed, so that nothing has to
 * be built to run the room; a test compares.
 */
import { rolldown } from 'rolldown';

/** What is bundled, into `<name>.bundle.txt`: the inlined script first. */
export const BUNDLE_NAMES = /** @type {const} */ (['script', 'line', 'draw', 'notify', 'worker', 'code']);

/**
 * One minified string, the same on every machine.
 * @param {typeof BUNDLE_NAMES[number]} name
 */
export async function bundlePage(name) {
  const bundle = await rolldown({
    input: new URL(`./${name}.ts`, import.meta.url).pathname,
    tsconfig: false,
  });
  const { output } = await bundle.generate({ format: 'iife', minify: true });
  await bundle.close();
  return output[0].code;
}

if (import.meta.main) {
  const { writeFile } = await import('node:fs/promises');
  for (const name of BUNDLE_NAMES) {
    const code = await bundlePage(name);
    await writeFile(new URL(`./${name}.bundle.txt`, import.meta.url), code);
    console.log(`page/${name}.bundle.txt: ${code.length} characters`);
  }
}
