/** 5.5: whatever picture comes in, a small WebP of the same looks goes out. */
import { Transformer } from '@napi-rs/image';
import { expect, test } from 'vitest';
import { readImageHeader } from '../../src/domain/image-header.ts';
import { encodeLogo } from '../../src/jobs/encode-logo.ts';
import { png } from '../support/pictures.ts';

/** Nothing that compresses: as hard as a picture can be. */
const noise = (width: number, height: number) => {
  let state = 7;
  return png(width, height, () =>
    [0, 1, 2, 3].map(() => {
      state = (state * 1_103_515_245 + 12_345) % 2_147_483_648;
      return state % 256;
    }),
  );
};

test('a sign of any size fits 480 × 160 and 10 KB, keeps its shape, and is never blown up', async () => {
  const sizes: [number, number, number, number][] = [
    [1200, 400, 480, 160],
    [2000, 200, 480, 48],
    [300, 900, 53, 160],
    [100, 40, 100, 40],
  ];
  for (const [width, height, toWidth, toHeight] of sizes) {
    const { image, ...logo } = await encodeLogo(png(width, height));
    expect(logo, `${width} × ${height}`).toMatchObject({ width: toWidth, height: toHeight });
    expect(readImageHeader(image)).toEqual({ type: 'image/webp', width: toWidth, height: toHeight });
    expect(image.length).toBeLessThanOrEqual(10_240);
  }
});

test('a picture that does not compress becomes smaller until it fits', async () => {
  const { image, width } = await encodeLogo(noise(480, 160));
  expect(image.length).toBeLessThanOrEqual(10_240);
  expect(width).toBeGreaterThanOrEqual(240);
});

test('what is clear stays clear, and the same picture has the same hash', async () => {
  const sent = png(120, 60, (x) => [200, 0, 80, x < 60 ? 0 : 255]);
  const [one, other] = [await encodeLogo(sent), await encodeLogo(sent)];
  expect(one.hash).toBe(other.hash);
  const pixels = await new Transformer(one.image).rawPixels();
  expect([pixels[3], pixels[119 * 4 + 3]]).toEqual([0, 255]);
});

test('headers of real files of every kind are read as the decoder reads them, and of anything else not at all', async () => {
  const sent = png(321, 123);
  const kinds: [string, Buffer][] = [
    ['image/png', sent],
    ['image/jpeg', await new Transformer(sent).jpeg(80)],
    ['image/webp', await new Transformer(sent).webp(80)],
    ['image/webp', await new Transformer(sent).webpLossless()],
  ];
  for (const [type, bytes] of kinds) {
    expect(readImageHeader(bytes)).toEqual({ type, width: 321, height: 123 });
    // Cut off anywhere it is unknown or the same, and never a fault.
    for (let length = 0; length < Math.min(bytes.length, 800); length++)
      expect([null, 321]).toContain(readImageHeader(bytes.subarray(0, length))?.width ?? null);
  }
  for (const bytes of ['', 'GIF89a', '<svg/>', '\xff\xd8\xff\xff\xff', 'RIFF....WEBPXXXX'])
    expect(readImageHeader(Buffer.from(bytes, 'latin1'))).toBeNull();
});
