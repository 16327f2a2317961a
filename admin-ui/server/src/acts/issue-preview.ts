/** Hands out a link that shows the waiting page of a drop before its day, to whoever has it and until it expires. */
import { problem } from '@sluice/service-kit';
import type { PreviewLink } from '../domain/preview-links.ts';
import type { Who } from '../store/audit.ts';
import type { ControlPlane } from './control-plane.ts';

export interface PreviewOrder extends Who {
  readonly drop: string;
  readonly seconds: number;
}

/** How links are made, and where they lead. */
export interface Previews {
  readonly sign: (link: PreviewLink) => string;
  /** Of the control plane as browsers see it. */
  readonly origin: () => string;
  /** Of the waiting room as browsers see it; null when nobody has said. */
  readonly roomOrigin: string | null;
}

/** @throws Problem `no-such-drop` */
export async function issuePreview(plane: ControlPlane, { drop, seconds, actor, reason }: PreviewOrder) {
  if (!(await plane.drops.find(drop))) throw problem('no-such-drop', `No drop has the id "${drop}".`);
  const expiresAt = new Date(Date.now() + seconds * 1000);
  const { sign, origin, roomOrigin } = plane.previews;
  const after = { expiresAt: expiresAt.toISOString() };
  await plane.audit.record({ act: 'preview.issue', drop, actor, reason, before: null, after });
  plane.count.act('preview.issue');
  const path = `/w/${drop}?preview=${sign({ drop, origin: origin(), expiresAt })}`;
  return { drop, path, url: roomOrigin && `${roomOrigin}${path}`, expiresAt: expiresAt.toISOString() };
}
