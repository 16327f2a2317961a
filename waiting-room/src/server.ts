/** The process: reads the environment, connects, listens, and closes in the reverse order. */
import { runService } from '@sluice/service-kit';
import { startRoom } from './start.ts';

runService({ name: 'waiting-room', start: startRoom });
