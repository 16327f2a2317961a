/** Process entry: reads the configuration, listens, and closes on the first signal. */
import { buildApp } from './app.ts';
import { ConfigError, readConfig } from './config.ts';

/** Requests under way get so long to end before their connections are cut. */
const CLOSE_WITHIN_MS = 5000;

try {
  const config = readConfig();
  const app = await buildApp(config);
  const url = await app.listen({
    host: config.host,
    port: config.port,
    listenTextResolver: (address) => `address ${address}`,
  });
  app.log.info({ url }, 'listening');

  const close = async () => {
    setTimeout(() => app.server.closeAllConnections(), CLOSE_WITHIN_MS).unref();
    await app.close();
  };
  process.once('SIGTERM', close);
  process.once('SIGINT', close);
} catch (error) {
  if (!(error instanceof ConfigError)) throw error;
  for (const fault of error.faults) console.error(`configuration: ${fault}`);
  process.exitCode = 2;
}
