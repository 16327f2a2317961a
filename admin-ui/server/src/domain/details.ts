/**
 * What a problem says of itself beyond its type (`detail`), each with a code that the admin UI has words for in every language:
 * `detail.<code>` in `admin-ui/web/src/ui/server-words/`. A screen in another language shows no other detail; a test asks of each
 * one in the sources whether it stands here, or says no more than its type.
 */
import { createTextReader } from './templates.ts';

export const DETAILS = {
  'wrong-code': 'The code is not right.',
  'wrong-credentials': 'Address, password or code are not right.',
  'wrong-proof': 'Password or code are not right.',
  'wrong-passkey': 'The passkey did not prove that you have an account here.',
  'wrong-openid': 'The OpenID provider did not prove that you have an account here.',
  'wrong-challenge': 'This is not an answer to a challenge of yours, for this site.',
  'account-changed': 'The account was changed in this moment; sign in again.',
  'by-password': 'The OpenID provider does not answer; sign in with a password.',
  'passkeys-most': 'An account has at most {most} passkeys; take one off first.',
  'other-factor-first': 'It is your only second factor: set up another one first.',
  'secret-first': 'Ask for a secret first.',
  'factor-first': 'Set up an authenticator or a passkey first.',
  'show-factor': 'Show the second factor that is set up first.',
  'send-factor': 'Send a code of the authenticator, a recovery code or a passkey, too.',
  'set-up-factor': 'Set up a second factor and sign in with it before you write.',
  'sign-ins-failed': 'Too many sign-ins have failed; wait before the next one.',
  'owner-stays': 'Somebody has to be able to make accounts.',
  needs: '{who} may not do this: it needs {permission}.',
  'needs-override': 'What it brings back needs drops.override.',
  'all-drops': 'Whoever is limited to some drops can not do what concerns all of them.',
  'other-drops': '{who} is limited to other drops.',
  'screens-most': 'You have too many screens open; close one of them.',
  'drops-most': 'This instance reads as many drops as it can.',
  'too-many-codes': 'Codes of a drop are made at most {times} times.',
  'at-version': 'The drop is at version {version}; read it again.',
  'others-at-once': 'Others change the drop at the same time; read it again.',
  'outcome-once': '{why}; send it again, it happens once.',
  'outcome-look': '{why}; look before you send it again.',
  'outcome-key': '{why}; send it again under the same key.',
  'outcome-balances': '{why}; read the balances before trying again.',
  again: '{why}; send it again.',
  'nothing-done': 'Nothing was done: {why}.',
  'stock-unread': 'Stock can not be read: {why}.',
  'stock-unmoved': 'The stock was not moved: {why}.',
  'checkout-untold': 'The checkout has not been told of this drop yet; it will be.',
  'undone-already': 'It has been undone already.',
  'undo-none': 'No act of this drop that can be undone fits.',
  'undo-moved': 'Changed again since: {moved}.',
  'drop-over': 'Nothing of a closed drop can be changed; make a new one.',
  'opened-at': 'It opened at {at}.',
  'lobby-fixed': 'lobby and lobbySeconds can change until the lobby opens.',
  'lobby-draft': 'A drop goes back to draft until its lobby opens; that was at {at}. Close it instead.',
  'series-over': 'No more drops are made of it; make another series.',
  'other-id': 'There is a drop "{id}" already; choose another id or change that one.',
  'no-checkout-set': 'CHECKOUT_INTERNAL_URL is not set: stock and orders are kept elsewhere.',
  'held-or-sold': 'What is held or sold can not be withdrawn.',
  'new-key': 'It was another movement. Use a new key for a new one.',
  'order-now': 'The order does not allow this now.',
} as const;

export const readDetail = createTextReader(DETAILS);
