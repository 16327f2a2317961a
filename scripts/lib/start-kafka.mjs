// @ts-check
// A Kafka broker for a test, on a port of its own and with nothing in it.

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';

/**
 * @param {string} program
 * @param {readonly string[]} topics
 * @returns {Promise<{ address: string, stop: () => Promise<void> }>}
 */
export async function startKafka(program, topics) {
  const child = spawn(program, topics, { stdio: ['ignore', 'pipe', 'inherit'] });
  const ended = once(child, 'exit');
  const [address] = await Promise.race([
    once(createInterface({ input: child.stdout }), 'line'),
    ended.then(([code]) => {
      throw new Error(`the broker ended with ${code} instead of listening`);
    }),
  ]);
  return {
    address,
    async stop() {
      child.kill();
      await ended;
    },
  };
}
