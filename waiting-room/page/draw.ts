/**
 * "How was my place drawn?": checks seed, commitment and receipt in this browser and says what fits. Loaded when asked
 * for. The whole draw, with everybody's places, is what public/verify-draw.mjs checks.
 */
import { make } from './make.ts';

interface Draw {
  readonly commit: string | null;
  readonly root: string | null;
  readonly seed?: string;
}

interface Receipt {
  readonly line: string;
  readonly index: number;
  readonly size: number;
  readonly path: readonly string[];
}

const { find, room, remember, ask } = window.sluice;
const BAND = 2 ** 48;

const say = (key: string) => room.texts[`proof.${key}`] ?? '';
const utf8 = (text: string) => new TextEncoder().encode(text);
const fromHex = (text: string) =>
  Uint8Array.from(text.match(/../g) ?? [], (byte) => Number.parseInt(byte, 16));
const toHex = (bytes: Uint8Array) => [...bytes].map((byte) => byte.toString(16).padStart(2, '0')).join('');
const fromBase64 = (text: string) =>
  Uint8Array.from(atob(text.replaceAll('-', '+').replaceAll('_', '/')), (sign) => sign.charCodeAt(0));
const sha256 = async (...parts: Uint8Array[]) =>
  new Uint8Array(await crypto.subtle.digest('SHA-256', await new Blob(parts as BlobPart[]).arrayBuffer()));

/** RFC 9162, 2.1.3.2. */
async function rootOf({ line, index, size, path }: Receipt): Promise<Uint8Array> {
  let node = await sha256(Uint8Array.of(0), utf8(line));
  let used = 0;
  for (let at = index, last = size - 1; last > 0; at >>= 1, last >>= 1) {
    if (at === last && at % 2 === 0) continue;
    const sibling = fromBase64(path[used++] ?? '');
    node =
      at % 2 ? await sha256(Uint8Array.of(1), sibling, node) : await sha256(Uint8Array.of(1), node, sibling);
  }
  return used === path.length && index < size ? node : new Uint8Array();
}

/** Q7: band × 2^48 + the least of the first 48 bits of HMAC-SHA256(seed, number ‖ i). */
async function orderOf(seed: Uint8Array, line: string): Promise<number> {
  const [number = '', band, chances] = line.split(' ');
  const hmac = { name: 'HMAC', hash: 'SHA-256' };
  const key = await crypto.subtle.importKey('raw', seed as BufferSource, hmac, false, ['sign']);
  let best = BAND;
  for (let i = 0; i < Number(chances); i++) {
    const message = Uint8Array.of(...utf8(number), i);
    const digest = new DataView(await crypto.subtle.sign('HMAC', key, message));
    best = Math.min(best, digest.getUint16(0) * 2 ** 32 + digest.getUint32(2));
  }
  return Number(band) * BAND + best;
}

/** Whatever the page asks for meanwhile. */
const fetched = <T>(path: string) => ask('GET', path, undefined, false) as unknown as Promise<[number, T]>;

/** @returns what to tell, a row each */
async function check(): Promise<HTMLElement[]> {
  const rows: HTMLElement[] = [];
  const add = (fits: boolean, key: string) =>
    rows.push(
      make('li', { className: fits ? 'fits' : 'fails', textContent: say(fits ? key : `${key}.not`) }),
    );
  const note = (key: string, value = '') => {
    rows.push(make('li', {}, say(key), value && make('code', { textContent: value })));
    return rows;
  };
  if (!crypto.subtle) return note('unavailable');
  const [, { commit, root, seed }] = await fetched<Draw>('draw');
  if (!commit) return note('none');
  if (!seed) return note('early', commit);
  const noted = remember('commit');
  add(toHex(await sha256(fromHex(seed))) === commit, 'commit');
  if (noted) add(noted === commit, 'noted');
  const [code, receipt] = await fetched<Receipt>('draw/receipt');
  if (code === 404) return note('late');
  add(code === 200 && root !== null && toHex(await rootOf(receipt)) === toHex(fromBase64(root)), 'receipt');
  const [, own] = await fetched<{ order?: number | null }>('ticket');
  if (code === 200 && own.order != null)
    add((await orderOf(fromHex(seed), receipt.line)) === own.order, 'order');
  return note('limits');
}

// All rows at once: pressed twice it tells nothing twice.
find('check').onclick = async () =>
  find('proof').replaceChildren(...(await check().catch(() => [make('li', { textContent: say('failed') })])));
find('check').click();
