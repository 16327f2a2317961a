/** The requests a bench sends: whole HTTP texts, taken in turn, some with a number of their own in them. */
import { readFileSync, writeFileSync } from 'node:fs';

/** Stands for a number that no other request of the same run has, always of the same width. */
export const UNIQUE = '{n}';
const UNIQUE_DIGITS = 12;

export interface RequestParts {
  readonly method: 'GET' | 'POST' | 'DELETE';
  readonly path: string;
  readonly host: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** JSON text; may hold {@link UNIQUE}, as headers may. */
  readonly body?: string;
}

/** The request as it goes over the wire, {@link UNIQUE} still in it. */
export function requestText({ method, path, host, headers = {}, body }: RequestParts): string {
  const length = body === undefined ? 0 : body.replaceAll(UNIQUE, '0'.repeat(UNIQUE_DIGITS)).length;
  const all = {
    host,
    ...headers,
    ...(body !== undefined && { 'content-type': 'application/json', 'content-length': String(length) }),
  };
  const lines = Object.entries(all).map(([name, value]) => `${name}: ${value}\r\n`);
  return `${method} ${path} HTTP/1.1\r\n${lines.join('')}\r\n${body ?? ''}`;
}

/** Writes request texts where the client process finds them. */
export function saveRequests(file: string, texts: readonly string[]): void {
  writeFileSync(file, JSON.stringify(texts));
}

/** Text number `n`, in turn and for ever, with `n` in it where it wants a number of its own. */
export function createRequests(texts: readonly string[]): (n: number) => string {
  const split = texts.map((text) => text.split(UNIQUE));
  return (n) => {
    const parts = split[n % split.length] as string[];
    return parts.length === 1 ? (parts[0] as string) : parts.join(String(n).padStart(UNIQUE_DIGITS, '0'));
  };
}

export function loadRequests(file: string): string[] {
  return JSON.parse(readFileSync(file, 'utf8')) as string[];
}
