/** `npm run generate -w dashboards`: writes what is generated. */
import { writeFileSync } from 'node:fs';
import { generate } from './generate.ts';

for (const [path, text] of generate()) {
  writeFileSync(new URL(`../${path}`, import.meta.url), text);
  console.log(`dashboards/${path}`);
}
