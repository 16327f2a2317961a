/** What a password must be: long. Composition is nobody's business (NIST SP 800-63B). */
import type { Reason } from './reasons.ts';

export const PASSWORD_LENGTH_MIN = 12;
/** argon2 reads any length; a body of megabytes is not a password. */
export const PASSWORD_LENGTH_MAX = 256;
const DIFFERENT_CHARACTERS_MIN = 5;

/** Why a password is refused, as it follows the field's name; undefined: it is fine. */
export function passwordFault(password: string, email: string): Reason | undefined {
  if ([...password].length < PASSWORD_LENGTH_MIN)
    return `must have at least ${PASSWORD_LENGTH_MIN} characters`;
  if (password.length > PASSWORD_LENGTH_MAX) return `must have at most ${PASSWORD_LENGTH_MAX} characters`;
  if (new Set(password).size < DIFFERENT_CHARACTERS_MIN)
    return `must have at least ${DIFFERENT_CHARACTERS_MIN} different characters`;
  const [mailbox = ''] = email.toLowerCase().split('@');
  const lower = password.toLowerCase();
  if (lower === email.toLowerCase() || lower.replaceAll(mailbox, '').length < PASSWORD_LENGTH_MIN / 2)
    return 'must not be made of the e-mail address';
  return undefined;
}
