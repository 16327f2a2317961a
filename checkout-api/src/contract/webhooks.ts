/** Messages of payment providers. */
import { Type } from 'typebox';

export const ProviderParams = Type.Object({
  provider: Type.String({ minLength: 1, maxLength: 32, description: 'Name of a payment provider' }),
});
