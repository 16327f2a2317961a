// @ts-check
// A real nginx for a test: in the foreground, as whoever runs the test, with everything it writes in one folder.

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';

const START_MS = 20_000;

/**
 * @param {string} program
 * @param {string} http what stands inside the `http` block; `{socket}` is where the server is to listen
 * @returns {Promise<{ socketPath: string, errors: () => Promise<string>, stop: () => Promise<void> }>}
 */
export async function startNginx(program, http) {
  const folder = await mkdtemp(join(tmpdir(), 'sluice-nginx-'));
  const socketPath = join(folder, 'server.sock');
  await mkdir(join(folder, 'temporary'));
  const kinds = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'];
  await writeFile(
    join(folder, 'nginx.conf'),
    [
      // Workers of a master that root started would be somebody else, who may not read the folder.
      ...(process.getuid?.() === 0 ? ['user root;'] : []),
      'worker_processes 1;',
      `pid ${join(folder, 'nginx.pid')};`,
      `error_log ${join(folder, 'error.log')} info;`,
      'events { worker_connections 1024; }',
      'http {',
      'access_log off;',
      ...kinds.map((kind) => `${kind}_temp_path ${join(folder, 'temporary', kind)};`),
      http.replaceAll('{socket}', `unix:${socketPath}`).replaceAll('{folder}', folder),
      '}',
    ].join('\n'),
  );
  const args = ['-p', folder, '-c', join(folder, 'nginx.conf'), '-g', 'daemon off;'];
  const child = spawn(program, args, { stdio: ['ignore', 'ignore', 'pipe'] });
  let said = '';
  child.stderr.on('data', (chunk) => {
    said += chunk;
  });
  const until = Date.now() + START_MS;
  while (!(await answers(socketPath))) {
    if (child.exitCode !== null || Date.now() > until) {
      child.kill('SIGKILL');
      throw new Error(`nginx did not start: ${said}`);
    }
    await pause(20);
  }
  return {
    socketPath,
    errors: () => readFile(join(folder, 'error.log'), 'utf8'),
    stop: async () => {
      if (child.exitCode === null) {
        child.kill('SIGTERM');
        await once(child, 'exit');
      }
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** @param {string} path @returns {Promise<boolean>} */
function answers(path) {
  return new Promise((resolve) => {
    const socket = connect(path);
    socket.once('connect', () => resolve(true)).once('error', () => resolve(false));
    socket.once('connect', () => socket.destroy());
  });
}
