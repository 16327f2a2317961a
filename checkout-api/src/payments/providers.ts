/** The payment providers of an installation, each behind its guard, by name. */
import { createHmac } from 'node:crypto';
import type { Config } from '../config.ts';
import type { Database } from '../store/statements.ts';
import { type GuardedProvider, guardProvider } from './guard.ts';
import { REHEARSAL_PROVIDER } from './pay.ts';
import type { PaymentProvider } from './provider.ts';
import { createSandboxProvider } from './sandbox.ts';
import { createStripeProvider } from './stripe.ts';

type ProviderConfig = Pick<
  Config,
  'PAYMENT_PROVIDERS' | 'SERVICE_TOKEN' | 'STRIPE_SECRET_KEY' | 'STRIPE_WEBHOOK_SECRET' | 'STRIPE_API_URL'
>;

/** What the sandbox signs its messages with: the same in all instances, and nothing to configure. */
export function sandboxSecret({ SERVICE_TOKEN }: Pick<Config, 'SERVICE_TOKEN'>): string {
  return createHmac('sha256', SERVICE_TOKEN).update('sandbox webhooks').digest('base64');
}

/**
 * The provider of rehearsals, wherever the installation's money comes from: the sandbox under a name of its own, so that
 * neither its messages nor a breaker it opens touch anybody who really pays.
 */
export function createRehearsalProvider(config: ProviderConfig, sandboxDatabase: Database): GuardedProvider {
  const sandbox = createSandboxProvider(sandboxDatabase, sandboxSecret(config));
  return guardProvider({ ...sandbox, name: REHEARSAL_PROVIDER });
}

/** @param sandboxDatabase a pool that nothing else uses */
export function createProviders(
  config: ProviderConfig,
  sandboxDatabase: Database,
): Map<string, GuardedProvider> {
  const makers: Record<string, () => PaymentProvider> = {
    sandbox: () => createSandboxProvider(sandboxDatabase, sandboxSecret(config)),
    stripe: () =>
      createStripeProvider({
        secretKey: config.STRIPE_SECRET_KEY ?? '',
        webhookSecrets: (config.STRIPE_WEBHOOK_SECRET ?? '').split(',').map((secret) => secret.trim()),
        apiUrl: config.STRIPE_API_URL,
      }),
  };
  return new Map(
    config.PAYMENT_PROVIDERS.split(',').map((word) => {
      const name = word.trim();
      const make = makers[name];
      if (make === undefined) throw new Error(`there is no payment provider "${name}"`);
      return [name, guardProvider(make())];
    }),
  );
}
