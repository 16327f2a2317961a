/** The process: reads the environment, connects, migrates, listens, and closes in the reverse order. */
import { runService } from '@sluice/service-kit';
import { startControlPlane } from './start.ts';

runService({ name: 'admin-server', start: startControlPlane });
