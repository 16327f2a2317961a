/** What the screens say in a language, without a screen. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createIntl, type IntlShape } from 'react-intl';

const src = new URL('../../../src/', import.meta.url).pathname;

export function saidIn(locale: 'en' | 'de'): IntlShape {
  const files = readdirSync(src, { recursive: true, encoding: 'utf8' });
  const messages = files
    .filter((file) => file.endsWith(`messages.${locale}.json`))
    .map((file) => JSON.parse(readFileSync(join(src, file), 'utf8')) as Record<string, string>);
  return createIntl({ locale, messages: Object.assign({}, ...messages) });
}
