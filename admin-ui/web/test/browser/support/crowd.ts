/** Real shoppers for a drop on a stage: those of `load/play`, in a process of their own, who join, wait, come forward, hold and pay. */
import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { TestControlPlane } from '../../../../server/test/support/control-plane.ts';

const program = fileURLToPath(new URL('../../../../../load/play/crowd.ts', import.meta.url));

export interface Crowd {
  /** Everybody goes home. */
  end(): Promise<void>;
}

/** They arrive within seconds, think quickly, and whoever gets in buys: a hold left behind would stand for minutes. */
export function sendCrowd(
  { room, checkoutUrl }: TestControlPlane,
  { drop, shoppers }: { readonly drop: string; readonly shoppers: number },
): Crowd {
  const options = ['--room', room?.url ?? '', '--checkout', checkoutUrl, '--drop', drop];
  const how = ['--shoppers', String(shoppers), '--arrivals', '2000', '--pace', '1', '--buyers'];
  const child = spawn(process.execPath, [program, ...options, ...how], {
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  // How their ways ended; said where one ended as none should.
  let endings = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    endings += text;
  });
  const ended = new Promise<void>((resolve) => child.once('close', () => resolve()));
  return {
    async end() {
      child.kill('SIGTERM');
      await ended;
      if (endings.includes('gave up')) console.warn(`the crowd of ${drop}: ${endings}`);
    },
  };
}
