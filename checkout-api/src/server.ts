/** The process: reads the environment, connects, migrates, listens, and closes in the reverse order. */
import { runService } from '@sluice/service-kit';
import { startCheckout } from './start.ts';

runService({ name: 'checkout-api', start: startCheckout });
