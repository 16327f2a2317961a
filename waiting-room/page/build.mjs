/** Bundles the waiting page's script. The result is committed, so that nothing has to be built to run the room; a test compares. */
import { rolldown } from 'rolldown';

/** The script as one minified string, the same on every machine. */
export async function bundlePageScript() {
  const bundle = await rolldown({ input: new URL('./script.ts', import.meta.url).pathname, tsconfig: false });
  const { output } = await bundle.generate({ format: 'iife', minify: true });
  await bundle.close();
  return output[0].code;
}

if (import.meta.main) {
  const { writeFile } = await import('node:fs/promises');
  const code = await bundlePageScript();
  await writeFile(new URL('./script.bundle.txt', import.meta.url), code);
  console.log(`page/script.bundle.txt: ${code.length} characters`);
}
