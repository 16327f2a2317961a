/** Schemas of the waiting page and its forms. */
import { Type } from 'typebox';
import { CODE_LENGTH_MAX } from '../domain/access-code.ts';
import { Digest } from './common.ts';

/** A page must open whatever a link holds: what is wrong with the address is dealt with by the route, not by a 400. */
export const PageQuery = Type.Object({
  return: Type.Optional(Type.String({ maxLength: 2048 })),
  bind: Type.Optional(Type.String({ maxLength: 64 })),
  renew: Type.Optional(
    Type.String({ maxLength: 8, description: 'Without scripts: 1 for pages that renew themselves' }),
  ),
  preview: Type.Optional(
    Type.String({ maxLength: 1024, description: 'A link of the control plane: the page as it will be' }),
  ),
  pass: Type.Optional(
    Type.String({
      maxLength: 1024,
      description: 'In a rehearsal: a staff pass, kept as a cookie from then on',
    }),
  ),
  state: Type.Optional(Type.String({ maxLength: 32, description: 'With preview: the state to show' })),
  lang: Type.Optional(
    Type.String({ maxLength: 16, description: 'With preview: the language to show it in' }),
  ),
});

export const ModuleParams = Type.Object({
  file: Type.String({ maxLength: 64, description: 'Name of a module, with a digest of its content' }),
});

export const LogoParams = Type.Object({
  file: Type.String({
    pattern: '^[A-Za-z0-9_-]{43}\\.webp$',
    description: 'SHA-256 of its content, base64url',
  }),
});

export const EnterForm = Type.Object({
  bind: Digest,
  return: Type.Optional(Type.String({ maxLength: 2048 })),
  renew: Type.Optional(Type.String({ maxLength: 8 })),
});

/** What a join by a form may bring. The page's own form brings at most `renew`; anything else is not looked at. */
export const JoinForm = Type.Unsafe<{ code?: string; nonce?: string; renew?: string } | null | undefined>({
  type: ['object', 'null'],
  properties: {
    code: Type.String({ maxLength: CODE_LENGTH_MAX }),
    nonce: Type.String({ pattern: '^[A-Za-z0-9_-]{16,64}$' }),
    renew: Type.String({ maxLength: 8 }),
  },
});
