/** Makes of a picture that somebody sent the one that shoppers get: decoded, fitted, encoded anew. Nothing of the file survives but its looks. */
import { createHash } from 'node:crypto';
import { ResizeFilterType, ResizeFit, Transformer } from '@napi-rs/image';
import type { Logo } from '../domain/drop.ts';

/** Beside a first load of 14 KB (5.6). */
const BYTES_MAX = 10 * 1024;
/** In pixels, shown at half: 240 × 80 at the most; smaller where the picture needs more bytes than there are. */
const BOXES = [
  [480, 160],
  [360, 120],
  [240, 80],
] as const;
/** Signs are flat: without loss they are often smaller, and always sharper. */
const QUALITIES = ['lossless', 90, 75, 60, 40] as const;

export interface EncodedLogo extends Logo {
  /** WebP. */
  readonly image: Buffer;
}

/** @throws Error for what can't be decoded */
export async function checkDecodes(sent: Buffer): Promise<void> {
  await new Transformer(sent).metadata();
}

/** @throws Error for what can't be decoded, or not be made small enough */
export async function encodeLogo(sent: Buffer): Promise<EncodedLogo> {
  const { width, height } = await sizeOf(sent);
  for (const [boxWidth, boxHeight] of BOXES) {
    const scale = Math.min(1, boxWidth / width, boxHeight / height);
    for (const quality of QUALITIES) {
      const fitted = new Transformer(sent).rotate().resize({
        width: Math.max(1, Math.round(width * scale)),
        height: Math.max(1, Math.round(height * scale)),
        fit: ResizeFit.Fill,
        filter: ResizeFilterType.Lanczos3,
      });
      const image = quality === 'lossless' ? await fitted.webpLossless() : await fitted.webp(quality);
      if (image.length <= BYTES_MAX) return { image, ...(await sizeOf(image)), hash: hashOf(image) };
    }
  }
  throw new Error(`it can not be made smaller than ${BYTES_MAX} bytes`);
}

/** As it is seen: turned as the camera was. */
async function sizeOf(bytes: Buffer): Promise<{ width: number; height: number }> {
  const { width, height, orientation = 1 } = await new Transformer(bytes).metadata(true);
  return orientation > 4 ? { width: height, height: width } : { width, height };
}

const hashOf = (image: Buffer): string => createHash('sha256').update(image).digest('base64url');
