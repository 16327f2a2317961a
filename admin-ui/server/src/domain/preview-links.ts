/**
 * Links by which the waiting room shows the page of a drop in any state, to nobody in particular: signed here, read there
 * (waiting-room/src/admission/preview-links.ts), by a key that both derive from the service token.
 */
import { createSigner } from './signed-links.ts';

/** States that the page has words for, in the order a shopper may meet them: those of the room's locale files. */
export const PREVIEW_STATES = [
  ...[
    'joining',
    'code',
    'scheduled',
    'lobby',
    'drawing',
    'waiting',
    'soon',
    'paused',
    'healing',
    'called',
    'turn',
  ],
  ...['grace', 'checked-in', 'entering', 'sold-out', 'closed', 'missed', 'done', 'left', 'revoked', 'full'],
  ...['draining', 'elsewhere', 'unbound', 'offline', 'busy', 'missing'],
] as const;

/** Languages that the page speaks: the room's locale files. */
export const PREVIEW_LANGUAGES = [
  ...['ar', 'cs', 'de', 'en', 'es', 'fr', 'it', 'ja', 'ko', 'nl', 'pl', 'pt', 'sv', 'tr', 'zh'],
] as const;

export interface PreviewLink {
  readonly drop: string;
  /** Origin of the control plane: only its pages may frame what the link shows. */
  readonly origin: string;
  readonly expiresAt: Date;
}

/** @param serviceToken what the services of an installation share */
export const createPreviewSigner = (serviceToken: string): ((link: PreviewLink) => string) =>
  createSigner(serviceToken, 'sluice preview link');
