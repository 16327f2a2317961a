// @ts-check
// How a test asks for a program `npm test` provisions: it gets the path, or is skipped with the reason.

/**
 * @param {'CADDY_PATH' | 'CHROMIUM_PATH' | 'ENVOY_PATH' | 'HAPROXY_PATH' | 'K6_PATH' | 'KAFKA_PATH' | 'NEXT_PATH' | 'NGINX_PATH' | 'OASDIFF_PATH' | 'PHP_PATH' | 'PROMETHEUS_PATH' | 'STRIPE_MOCK_PATH'} variable
 * @param {{ skip: (reason: string) => never }} context of the test
 * @returns {string} path of the program
 */
export function requiredProgram(variable, { skip }) {
  const path = process.env[variable];
  if (path) return path;
  const reason = process.env[`${variable}_MISSING`];
  if (reason) return skip(reason);
  throw new Error(`${variable} is not set: run this through "npm test -- <file>".`);
}
