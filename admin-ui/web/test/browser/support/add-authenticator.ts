/** A virtual authenticator of the browser that a visit is in (WebDriver's, by the DevTools protocol): it answers by itself. */
import type { Page } from 'playwright-core';

export interface VirtualAuthenticator {
  /** Nobody touches it any more: whoever asks it is told, sooner or later, that nothing was shown. */
  setPresent(isPresent: boolean): Promise<void>;
}

export async function addAuthenticator(page: Page): Promise<VirtualAuthenticator> {
  const devtools = await page.context().newCDPSession(page);
  await devtools.send('WebAuthn.enable');
  const { authenticatorId } = await devtools.send('WebAuthn.addVirtualAuthenticator', {
    options: {
      ...{ protocol: 'ctap2', transport: 'internal' },
      ...{ hasResidentKey: true, hasUserVerification: true, isUserVerified: true },
      automaticPresenceSimulation: true,
    },
  });
  return {
    async setPresent(isPresent) {
      await devtools.send('WebAuthn.setUserVerified', { authenticatorId, isUserVerified: isPresent });
    },
  };
}
