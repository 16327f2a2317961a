/**
 * The first language of an `Accept-Language` header (RFC 9110 12.5.4) that there are words for; English otherwise. Regions are
 * passed over: words are by language.
 */
export function pickLanguage(
  acceptLanguage: string | undefined,
  isKnown: (language: string) => boolean,
): string {
  const wanted = (acceptLanguage ?? '')
    .slice(0, 200)
    .split(',')
    .map((part) => {
      const [tag = '', quality = '1'] = part.trim().split(';q=');
      return { language: tag.split('-')[0]?.toLowerCase() ?? '', quality: Number(quality) || 0 };
    })
    .filter(({ quality }) => quality > 0)
    .sort((a, b) => b.quality - a.quality);
  return wanted.find(({ language }) => isKnown(language))?.language ?? 'en';
}
