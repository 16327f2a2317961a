/** Ids of rehearsals as the control plane makes them (admin-ui/server/src/domain/rehearsal.ts). */
import { createHash } from 'node:crypto';

export function copyOf(drop: string, random = '5d1c0b7e94a2'): string {
  return `rehearsal-${random}${createHash('sha256').update(`${random}.${drop}`).digest('hex').slice(0, 8)}`;
}
