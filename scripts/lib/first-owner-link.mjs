// @ts-check
// The one-time link by which the first owner of an installation makes their account.

import { Failure } from './failure.mjs';

/**
 * @param {import('./stack.mjs').Stack} stack
 * @returns {Promise<string | undefined>} undefined once there is an account
 */
export async function firstOwnerLink({ admin, operatorKey }) {
  const response = await fetch(`${admin?.url}/api/v1/first-owner-link`, {
    method: 'POST',
    headers: { authorization: `Bearer ${operatorKey}` },
  });
  if (response.status === 409) return undefined;
  if (!response.ok) throw new Failure(`The link of the first owner was refused: ${await response.text()}`);
  return (await response.json()).link;
}
