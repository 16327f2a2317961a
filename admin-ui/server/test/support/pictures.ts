/** Pictures to send as logos: good ones, and such as only seem so. */
import { crc32, deflateSync } from 'node:zlib';

function chunk(type: string, content: Buffer): Buffer {
  const typed = Buffer.concat([Buffer.from(type), content]);
  const [length, check] = [Buffer.alloc(4), Buffer.alloc(4)];
  length.writeUInt32BE(content.length);
  check.writeUInt32BE(crc32(typed));
  return Buffer.concat([length, typed, check]);
}

/** PNG with alpha. `rows` less than `height`: what the header promises is not there. */
export function png(
  width: number,
  height: number,
  pixel: (x: number, y: number) => readonly number[] = (x, y) => [x % 256, y % 256, 120, 255],
  rows = height,
): Buffer {
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  header.set([8, 6], 8);
  const lines = Buffer.alloc(rows * (1 + width * 4));
  for (let y = 0; y < rows; y++)
    for (let x = 0; x < width; x++) lines.set(pixel(x, y), y * (1 + width * 4) + 1 + x * 4);
  return Buffer.concat([
    Buffer.from('\x89PNG\r\n\x1a\n', 'latin1'),
    chunk('IHDR', header),
    chunk('IDAT', deflateSync(lines)),
    chunk('IEND', Buffer.alloc(0)),
  ]);
}

/** Of 1.6 GB when decoded, a few hundred bytes as a file. */
export const BOMB = png(20_000, 20_000, () => [0, 0, 0, 0], 1);

export const SVG = Buffer.from(
  '<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"><rect width="9" height="9"/></svg>',
);

/** A picture to a decoder, a page to a browser that guesses. */
export const POLYGLOT = Buffer.concat([png(64, 32), Buffer.from('<script>alert(document.domain)</script>')]);
