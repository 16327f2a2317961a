/** A virtual authenticator in a real Chromium (WebDriver's, by the DevTools protocol), and a page of a site that asks it. */
import type { Browser, CDPSession, Page } from 'playwright-core';

/** A credential as the authenticator keeps it. */
export interface KeptCredential {
  readonly credentialId: string;
  readonly signCount: number;
}

export interface Authenticator {
  /** `navigator.credentials.create`, in the page; its JSON form. */
  create(options: unknown): Promise<unknown>;
  /** `navigator.credentials.get`, in the page; its JSON form. */
  get(options: unknown): Promise<unknown>;
  /** The page goes elsewhere: what is signed then is signed for that site. */
  open(address: string): Promise<void>;
  /** Whether it knows its holder when asked. */
  setUserVerified(isUserVerified: boolean): Promise<void>;
  credentials(): Promise<KeptCredential[]>;
  /** As a copy of it that was made before it was last used. */
  setBack(credential: KeptCredential, signCount: number): Promise<void>;
  close(): Promise<void>;
}

export async function startAuthenticator(browser: Browser, address: string): Promise<Authenticator> {
  const context = await browser.newContext();
  const page: Page = await context.newPage();
  await page.goto(address);
  const devtools: CDPSession = await context.newCDPSession(page);
  await devtools.send('WebAuthn.enable');
  const { authenticatorId } = await devtools.send('WebAuthn.addVirtualAuthenticator', {
    options: {
      protocol: 'ctap2',
      transport: 'internal',
      hasResidentKey: true,
      hasUserVerification: true,
      isUserVerified: true,
      automaticPresenceSimulation: true,
    },
  });
  return {
    create: (options) =>
      page.evaluate(async (json) => {
        const publicKey = PublicKeyCredential.parseCreationOptionsFromJSON(json as never);
        const made = (await navigator.credentials.create({ publicKey })) as PublicKeyCredential;
        return made.toJSON() as unknown;
      }, options),
    get: (options) =>
      page.evaluate(async (json) => {
        const publicKey = PublicKeyCredential.parseRequestOptionsFromJSON(json as never);
        const signed = (await navigator.credentials.get({ publicKey })) as PublicKeyCredential;
        return signed.toJSON() as unknown;
      }, options),
    async open(elsewhere) {
      await page.goto(elsewhere);
    },
    async setUserVerified(isUserVerified) {
      await devtools.send('WebAuthn.setUserVerified', { authenticatorId, isUserVerified });
    },
    async credentials() {
      return (await devtools.send('WebAuthn.getCredentials', { authenticatorId })).credentials;
    },
    async setBack({ credentialId }, signCount) {
      const { credentials } = await devtools.send('WebAuthn.getCredentials', { authenticatorId });
      const credential = credentials.find((one) => one.credentialId === credentialId);
      if (!credential) throw new Error('the authenticator has no such credential');
      await devtools.send('WebAuthn.removeCredential', { authenticatorId, credentialId });
      await devtools.send('WebAuthn.addCredential', {
        authenticatorId,
        credential: { ...credential, signCount },
      });
    },
    close: () => context.close(),
  };
}
