#!/usr/bin/env node
/** `npx @sluice/connector gate`: starts the gate, and ends it when told to, with open requests answered first. */
import type { AddressInfo } from 'node:net';
import { readGateSettings, USAGE } from './gate-options.ts';
import { createGate } from './gate-server.ts';

const [command, ...args] = process.argv.slice(2);
if (command !== 'gate' || args.includes('--help')) {
  process.stdout.write(USAGE);
  process.exit(command === 'gate' || command === '--help' ? 0 : 2);
}
const read = readGateSettings(args, process.env);
if ('faults' in read) {
  process.stderr.write(`${read.faults.map((fault) => `gate: ${fault}`).join('\n')}\n\n${USAGE}`);
  process.exit(2);
}
const { connector, down, listen } = read.settings;
const gate = createGate(connector, down, (event) =>
  process.stdout.write(`${JSON.stringify({ at: new Date().toISOString(), ...event })}\n`),
);
const { server } = gate;
server.once('error', (error) => {
  process.stderr.write(`gate: ${error.message}\n`);
  process.exit(1);
});
server.listen(listen, () => {
  const address = server.address() as AddressInfo | string;
  const where = typeof address === 'string' ? address : `${address.address}:${address.port}`;
  gate.start();
  process.stdout.write(`gate: listening on ${where}\n`);
});
for (const signal of ['SIGTERM', 'SIGINT'] as const) {
  process.once(signal, () => {
    server.close(() => void gate.close().then(() => process.exit(0)));
    server.closeIdleConnections();
  });
}
