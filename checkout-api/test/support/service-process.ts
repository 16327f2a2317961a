/** The service as it is shipped, in a process of its own. */
import { type ChildProcess, spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { serviceToken } from './checkout-service.ts';

const server = fileURLToPath(new URL('../../src/server.ts', import.meta.url));
const preload = new URL('../failpoints/preload.ts', import.meta.url).href;

export interface ServiceProcess {
  url: string;
  child: ChildProcess;
  /** The signal or code it ended with. */
  ended: Promise<string | number | null>;
}

export interface ServiceProcessOptions {
  databaseUrl: string;
  redisUrl: string;
  roomUrl: string;
  /** Kills it at this failpoint (test/failpoints), at the n-th time it comes there. */
  failpoint?: { name: string; hit: number };
  environment?: Record<string, string>;
}

const children = new Set<ChildProcess>();
process.once('exit', killServices);

/** Ends every service that this test file has started and that still runs. */
export function killServices(): void {
  for (const child of children) child.kill('SIGKILL');
  children.clear();
}

export async function startServiceProcess(options: ServiceProcessOptions): Promise<ServiceProcess> {
  const { databaseUrl, redisUrl, roomUrl, failpoint, environment } = options;
  const child = spawn(process.execPath, [...(failpoint ? ['--import', preload] : []), server], {
    stdio: ['ignore', 'pipe', 'inherit'],
    env: {
      ...process.env,
      REDIS_URL: redisUrl,
      DATABASE_URL: databaseUrl,
      SERVICE_TOKEN: serviceToken,
      ROOM_URLS: roomUrl,
      ROOM_ISSUER: roomUrl,
      PORT: '0',
      INTERNAL_PORT: '0',
      ...(failpoint && { FAILPOINT: failpoint.name, FAILPOINT_HIT: String(failpoint.hit) }),
      ...environment,
    },
  });
  children.add(child);
  const ended = new Promise<string | number | null>((resolve) =>
    child.once('exit', (code, signal) => {
      children.delete(child);
      resolve(signal ?? code);
    }),
  );
  for await (const line of createInterface({ input: child.stdout as NodeJS.ReadableStream })) {
    const { msg, url } = JSON.parse(line);
    if (msg === 'listening') {
      child.stdout?.resume();
      return { url, child, ended };
    }
  }
  throw new Error(`the service ended before it listened: ${await ended}`);
}
