/** A service as small as one can be, run as a process of its own by run-service.test.ts. BEHAVIOUR says how it fails. */
import { Type } from 'typebox';
import { createApp, createMetrics, loadConfig, runService, SERVICE_VARIABLES } from '../../src/index.ts';

const schema = Type.Object({
  ...SERVICE_VARIABLES,
  TINY_TOKEN: Type.String({ minLength: 8 }),
  BEHAVIOUR: Type.String({ default: '' }),
});

runService({
  name: 'tiny',
  closeTimeoutMs: 500,
  async start(log) {
    const config = loadConfig(schema);
    if (config.BEHAVIOUR === 'cannot start') throw new Error('the store is not there');
    const app = await createApp({
      name: 'tiny',
      logger: log,
      metrics: createMetrics({ service: 'tiny', instance: 'tiny-1' }),
      trustedProxies: config.TRUSTED_PROXIES,
      openapi: { title: 'Tiny', description: 'Tiny' },
    });
    let finish = () => {};
    app.get('/held', { config: { rateLimit: false } }, () => {
      log.info('held');
      return new Promise((resolve) => {
        finish = () => resolve({ finished: true });
      });
    });
    app.get('/breaks', { config: { rateLimit: false } }, async () => {
      setImmediate(() => {
        throw new Error('nobody catches this');
      });
      return {};
    });
    const url = await app.listen({ host: config.HOST, port: config.PORT });
    log.info({ url }, 'listening');
    return {
      async close() {
        if (config.BEHAVIOUR === 'never closes') await new Promise(() => {});
        const closed = app.close();
        setImmediate(finish);
        await closed;
        log.info('closed');
      },
    };
  },
});
