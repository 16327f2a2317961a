/** Shows how far a drop is: a bar that stays in its place on a terminal, a line now and then elsewhere. */
import type { Progress } from '../play-drop.ts';

const WIDTH = 24;
const LINE_EVERY_MS = 5000;

export interface ProgressBar {
  show(progress: Progress): void;
  end(): void;
}

export function createProgressBar(stream: NodeJS.WriteStream = process.stderr): ProgressBar {
  let writtenAt = Number.NEGATIVE_INFINITY;
  let phase = '';
  return {
    show(progress) {
      const line = barOf(progress);
      if (stream.isTTY) stream.write(`\r\u001b[2K${line}`);
      else if (progress.phase !== phase || performance.now() - writtenAt > LINE_EVERY_MS) {
        stream.write(`${line}\n`);
        writtenAt = performance.now();
      }
      phase = progress.phase;
    },
    end() {
      if (stream.isTTY) stream.write('\r\u001b[2K');
    },
  };
}

function barOf({ phase, share, text }: Progress): string {
  const full = Math.round(Math.max(0, Math.min(1, share)) * WIDTH);
  return `${phase.padEnd(8)} [${'#'.repeat(full)}${'.'.repeat(WIDTH - full)}] ${text}`;
}
