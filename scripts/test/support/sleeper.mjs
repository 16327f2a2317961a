// @ts-check
// A script like ours that starts a child, which starts another, and then waits: what must not survive it. Its
// argument `stubborn` makes the child ignore the request to end.

import { once } from 'node:events';
import { runScript, startProcess } from '../../lib/processes.mjs';

const stubborn = process.argv[2] === 'stubborn' ? "process.on('SIGTERM', () => {});" : '';
const child = `
  ${stubborn}
  const { spawn } = require('node:child_process');
  const grandchild = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)']);
  console.log(grandchild.pid);
  setInterval(() => {}, 1000);
`;

await runScript(async (stopping) => {
  const { child: started, pid } = await startProcess('sleeper', process.execPath, ['-e', child], {
    stdio: ['ignore', 'pipe', 'inherit'],
    graceMs: 300,
  });
  const [line] = started.stdout ? await once(started.stdout, 'data') : [''];
  console.log(JSON.stringify({ child: pid, grandchild: Number(line.toString()) }));
  if (process.argv[2] === 'fail') throw new Error('it went wrong');
  if (process.argv[2] === 'end') return 3;
  await once(stopping, 'abort');
}, console.error);
