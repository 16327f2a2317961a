/** A drop's logo: looked at when it is sent, re-encoded by a job, and only then on the page. */

import { isStoreFault, Problem, problem } from '@sluice/service-kit';
import type { Drop } from '../domain/drop.ts';
import { readImageHeader } from '../domain/image-header.ts';
import type { Reason } from '../domain/reasons.ts';
import { checkDecodes, type EncodedLogo, encodeLogo } from '../jobs/encode-logo.ts';
import type { Who } from '../store/audit.ts';
import type { LogoUpload } from '../store/logos.ts';
import { changeDrop } from './change-drop.ts';
import { refuseClosed } from './change-plan.ts';
import type { ControlPlane } from './control-plane.ts';

/** A sign as large as a poster; decoded it takes 64 MB. */
const PIXELS_MAX = 16_000_000;
const SIDE_MIN = 16;
/** A fault of ours is tried again so often. */
const TRIES = 5;

/**
 * Takes a picture in. It is on the page once the job has been over it; {@link tellLogo} says how far it is.
 * @param type as the sender states it
 * @throws Problem 404 `no-such-drop`, 409 `drop-closed`, 422 `logo-refused`
 */
export async function sendLogo(
  plane: ControlPlane,
  id: string,
  { bytes, type, ...who }: Who & { readonly bytes: Buffer; readonly type: string },
): Promise<void> {
  const drop = await plane.drops.find(id);
  if (!drop) throw problem('no-such-drop', `No drop has the id "${id}".`);
  const live = (await plane.projection.live([id])).get(id);
  if (live) refuseClosed(live);
  const header = readImageHeader(bytes);
  if (!header) throw refused('is no PNG, JPEG or WebP picture');
  if (header.type !== type) throw refused(`is ${header.type}, not ${type} as content-type says`);
  const { width, height } = header;
  if (width * height > PIXELS_MAX)
    throw refused(`has ${width} × ${height} pixels; ${PIXELS_MAX / 1e6} million are the most`);
  if (Math.min(width, height) < SIDE_MIN)
    throw refused(`has ${width} × ${height} pixels; each side needs ${SIDE_MIN} at least`);
  await checkDecodes(bytes).catch(() => {
    throw refused('can not be decoded: the file is broken or cut off');
  });
  await plane.logos.send(id, bytes, who);
}

/** What the job does with one. A refusal is told by {@link tellLogo}; a fault of ours is tried again. */
export async function placeLogo(plane: ControlPlane, upload: LogoUpload): Promise<void> {
  try {
    const logo = await encodeLogo(upload.sent);
    await plane.logos.keep(logo);
    await putOnPage(plane, upload, logo);
  } catch (error) {
    if (isStoreFault(error) || (!(error instanceof Problem) && upload.attempts < TRIES)) throw error;
    plane.log.warn({ err: error, drop: upload.drop }, 'a logo was not taken');
    await plane.logos.refuse(
      upload,
      error instanceof Problem ? (error.detail ?? error.title) : String(error),
    );
  }
}

async function putOnPage(
  plane: ControlPlane,
  { id, drop, actor, reason }: LogoUpload,
  { hash, width, height }: EncodedLogo,
): Promise<void> {
  await changeDrop(plane, {
    ...{ act: 'logo.change', drop, actor, reason, ifVersion: null, isConfirmed: true, places: id },
    decide(current, live) {
      refuseClosed(live);
      return { page: { ...current.page, logo: { hash, width, height } } };
    },
  });
}

/** Takes the logo off the page, and whatever waits to become one. @throws as `changeDrop` */
export async function removeLogo(plane: ControlPlane, drop: string, who: Who): Promise<Drop> {
  await plane.logos.cancel(drop);
  return changeDrop(plane, {
    ...{ act: 'logo.change', drop, ifVersion: null, isConfirmed: true, ...who },
    decide(current, live) {
      refuseClosed(live);
      return { page: { ...current.page, logo: null } };
    },
  });
}

/** @throws Problem 404 `no-such-drop` */
export async function tellLogo(plane: ControlPlane, id: string) {
  const drop = await plane.drops.find(id);
  if (!drop) throw problem('no-such-drop', `No drop has the id "${id}".`);
  const { isPending, lastError } = await plane.logos.status(id);
  const { logo } = drop.page;
  const status = isPending ? 'pending' : lastError !== null ? 'refused' : logo ? 'ready' : 'none';
  return { status, logo, ...(lastError !== null && { detail: lastError }) } as const;
}

const refused = (reason: Reason) =>
  problem('logo-refused', `The picture ${reason}.`, { errors: [{ field: 'body', reason }] });
