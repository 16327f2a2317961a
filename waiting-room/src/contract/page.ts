/** Schemas of the waiting page and its forms. */
import { Type } from 'typebox';
import { Digest } from './common.ts';

/** A page must open whatever a link holds: what is wrong with the address is dealt with by the route, not by a 400. */
export const PageQuery = Type.Object({
  return: Type.Optional(Type.String({ maxLength: 2048 })),
  bind: Type.Optional(Type.String({ maxLength: 64 })),
});

export const ModuleParams = Type.Object({
  file: Type.String({ maxLength: 64, description: 'Name of a module, with a digest of its content' }),
});

export const EnterForm = Type.Object({
  bind: Digest,
  return: Type.Optional(Type.String({ maxLength: 2048 })),
});
