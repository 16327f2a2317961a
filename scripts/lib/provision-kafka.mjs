// @ts-check
// A broker that speaks Kafka's protocol, for tests: KAFKA_PATH, or built by Go into .sluice/bin. It is franz-go's own test
// broker with a main of ours around it; no program of Kafka's can be had without a JVM.

import { fileURLToPath } from 'node:url';
import { buildWithGo } from './build-with-go.mjs';

const KAFKA = {
  name: 'kafka',
  module: 'github.com/twmb/franz-go/pkg/kfake',
  version: '0.0.0-20260218055430-fc72d8313608',
  main: fileURLToPath(new URL('../go/kafka/main.go', import.meta.url)),
  // It is built against the franz-go beside it, which a later one need not be.
  requires: { 'github.com/twmb/franz-go': '1.20.6' },
  otherwise: 'set KAFKA_PATH to what scripts/go/kafka/main.go builds',
};

/**
 * @param {(text: string) => void} note
 * @returns {Promise<string>} path of the program
 */
export async function provisionKafka(note) {
  const given = process.env.KAFKA_PATH;
  if (!given) return buildWithGo(KAFKA, note);
  note(given);
  return given;
}
