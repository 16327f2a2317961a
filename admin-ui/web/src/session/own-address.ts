/** Where to go after signing in: an address of this application, whatever a link to the sign-in said. */

const START = '/';

export function ownAddress(wanted: unknown): string {
  if (typeof wanted !== 'string' || !wanted.startsWith('/')) return START;
  // "//evil.example" and "/\evil.example" lead elsewhere.
  if (/^\/[/\\]/.test(wanted) || wanted.startsWith('/sign-in')) return START;
  return wanted;
}
