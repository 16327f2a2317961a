// @ts-check
// Stripe's own mock, which knows the API's description and refuses requests that do not fit it: STRIPE_MOCK_PATH, one on
// PATH, or built by Go into .sluice/bin.

import { buildWithGo } from './build-with-go.mjs';
import { findProgram } from './run-command.mjs';

const STRIPE_MOCK = {
  name: 'stripe-mock',
  module: 'github.com/stripe/stripe-mock',
  version: '0.203.0',
  otherwise: 'run "brew install stripe/stripe-mock/stripe-mock", or set STRIPE_MOCK_PATH',
};

/**
 * @param {(text: string) => void} note
 * @returns {Promise<string>} path of the program
 */
export async function provisionStripeMock(note) {
  const found = process.env.STRIPE_MOCK_PATH || findProgram(['stripe-mock']);
  if (!found) return buildWithGo(STRIPE_MOCK, note);
  note(found);
  return found;
}
