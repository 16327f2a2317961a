/** Which instances go by the newest policy, and which do not, in words for a screen. */

/** Heartbeats come each second; three missing ones are no coincidence. */
const SILENT_MS = 3000;

export interface Heard {
  readonly id: string;
  readonly policyVersion: number;
  readonly silentForMs: number;
}

export interface Judged extends Heard {
  readonly status: 'current' | 'behind' | 'silent';
}

export function judgeInstances(policyVersion: number, heard: readonly Heard[]) {
  const instances = heard.map((one): Judged => ({ ...one, status: statusOf(one, policyVersion) }));
  const onVersion = instances.filter(({ status }) => status === 'current').length;
  const named = (status: Judged['status'], how: (one: Judged) => string) => {
    const those = instances.filter((one) => one.status === status).map((one) => `${one.id} (${how(one)})`);
    return those.length > 0 ? [`${status}: ${those.join(', ')}`] : [];
  };
  const summary = [
    `${onVersion} of ${heard.length} on v${policyVersion}`,
    ...named('behind', (one) => `v${one.policyVersion}`),
    ...named('silent', (one) => `v${one.policyVersion}, for ${Math.round(one.silentForMs / 1000)} s`),
  ].join('; ');
  return { policyVersion, total: heard.length, onVersion, summary, instances };
}

function statusOf({ policyVersion, silentForMs }: Heard, newest: number): Judged['status'] {
  if (silentForMs > SILENT_MS) return 'silent';
  return policyVersion >= newest ? 'current' : 'behind';
}
