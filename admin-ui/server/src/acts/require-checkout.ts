/** The checkout, for acts that are nothing without it. */
import { problem } from '@sluice/service-kit';
import type { CheckoutClient } from '../clients/checkout.ts';
import type { ControlPlane } from './control-plane.ts';

/** @throws Problem 409 `no-checkout` where the installation brings its own */
export function requireCheckout({ checkout }: Pick<ControlPlane, 'checkout'>): CheckoutClient {
  if (checkout !== null) return checkout;
  throw problem('no-checkout', 'CHECKOUT_INTERNAL_URL is not set: stock and orders are kept elsewhere.');
}
