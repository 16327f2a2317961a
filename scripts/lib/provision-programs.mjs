// @ts-check
// The programs some tests drive. One that cannot be had here is told by its reason, not by an error: the tests that
// need it are skipped with that reason.

import { provisionCaddy } from './provision-caddy.mjs';
import { provisionChromium } from './provision-chromium.mjs';
import { provisionEnvoy } from './provision-envoy.mjs';
import { provisionHaproxy } from './provision-haproxy.mjs';
import { provisionK6 } from './provision-k6.mjs';
import { provisionKafka } from './provision-kafka.mjs';
import { provisionNext } from './provision-next.mjs';
import { provisionNginx } from './provision-nginx.mjs';
import { provisionOasdiff } from './provision-oasdiff.mjs';
import { provisionPhp } from './provision-php.mjs';
import { provisionPrometheus } from './provision-prometheus.mjs';
import { provisionStripeMock } from './provision-stripe-mock.mjs';

/** @type {Readonly<Record<string, (note: (text: string) => void) => Promise<string>>>} */
const PROVISIONERS = {
  CADDY_PATH: provisionCaddy,
  CHROMIUM_PATH: provisionChromium,
  ENVOY_PATH: provisionEnvoy,
  HAPROXY_PATH: provisionHaproxy,
  K6_PATH: provisionK6,
  KAFKA_PATH: provisionKafka,
  NEXT_PATH: provisionNext,
  NGINX_PATH: provisionNginx,
  OASDIFF_PATH: provisionOasdiff,
  PHP_PATH: provisionPhp,
  PROMETHEUS_PATH: provisionPrometheus,
  STRIPE_MOCK_PATH: provisionStripeMock,
};

/** The variables that tests may ask for. */
export const TEST_PROGRAMS = Object.keys(PROVISIONERS);

/**
 * @param {readonly string[]} names environment variables
 * @param {import('./progress.mjs').Progress} progress
 * @returns {Promise<{ found: Record<string, string>, missing: Record<string, string> }>} paths by variable, and
 *   reasons by variable with `_MISSING` after it
 */
export async function provisionPrograms(names, progress) {
  /** @type {Record<string, string>} */
  const found = {};
  /** @type {Record<string, string>} */
  const missing = {};
  await Promise.all(
    names.map(async (name) => {
      const provision = PROVISIONERS[name];
      if (!provision) return;
      try {
        found[name] = await progress.step(name.replace(/_PATH$/, '').toLowerCase(), provision);
      } catch (error) {
        missing[`${name}_MISSING`] =
          error instanceof Error ? (error.message.split('\n')[0] ?? '') : String(error);
      }
    }),
  );
  return { found, missing };
}
