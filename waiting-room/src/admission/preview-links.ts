/**
 * Links that show the page of a drop in any of its states, to merchants who try it before the day. The control plane signs
 * them (admin-ui/server/src/domain/signed-links.ts); a room only reads them.
 */
import { createSignedReader, type ReadSigned } from './signed-links.ts';

export interface PreviewClaims {
  readonly drop: string;
  readonly exp: number;
  /** Of the control plane: the only one whose pages may frame the preview. */
  readonly origin: string;
}

export type ReadPreviewLink = ReadSigned<PreviewClaims>;

export const createPreviewReader = (serviceToken: string): ReadPreviewLink =>
  createSignedReader(serviceToken, { kind: 'sluice preview link', called: 'preview link' });
