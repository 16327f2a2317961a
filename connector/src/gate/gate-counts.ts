/** What a gate has answered so far, and how it finds the room, in the Prometheus text format. */

export interface GateCounts {
  checked(kind: 'pass' | 'answer'): void;
  answered(kind: 'pass' | 'answer'): void;
  /** Let through without an admission, the room being away. */
  passedWithout(drop: string): void;
  /** Let in by an entry on lease. */
  metered(drop: string): void;
  /** Where to read the state of drops that are not closed when the room is down. */
  watch(read: () => readonly DownState[]): void;
  text(): string;
}

export interface DownState {
  readonly drop: string;
  readonly policy: string;
  readonly isDown: boolean;
  /** Entries on lease. */
  readonly held: number;
}

export function createGateCounts(): GateCounts {
  const checks = { pass: 0, answer: 0 };
  const answers = { pass: 0, answer: 0 };
  const without = new Map<string, number>();
  const metered = new Map<string, number>();
  let states: () => readonly DownState[] = () => [];
  return {
    checked(kind) {
      checks[kind] += 1;
    },
    answered(kind) {
      answers[kind] += 1;
    },
    passedWithout: (drop) => count(without, drop),
    metered: (drop) => count(metered, drop),
    watch(read) {
      states = read;
    },
    text() {
      const now = states();
      return [
        '# HELP sluice_gate_checks_total Requests that a proxy asked about, by verdict',
        '# TYPE sluice_gate_checks_total counter',
        `sluice_gate_checks_total{verdict="pass"} ${checks.pass}`,
        `sluice_gate_checks_total{verdict="refuse"} ${checks.answer}`,
        '# HELP sluice_gate_answers_total Refused requests that the gate answered in the proxy’s place',
        '# TYPE sluice_gate_answers_total counter',
        `sluice_gate_answers_total ${answers.answer + answers.pass}`,
        '# HELP sluice_gate_room_down 1 while the room can not be asked, of drops that are not closed then',
        '# TYPE sluice_gate_room_down gauge',
        ...now.map(
          ({ drop, policy, isDown }) =>
            `sluice_gate_room_down{drop="${drop}",policy="${policy}"} ${isDown ? 1 : 0}`,
        ),
        '# HELP sluice_gate_leases_held Entries on lease from the room, ready to be spent',
        '# TYPE sluice_gate_leases_held gauge',
        ...now
          .filter(({ policy }) => policy === 'metered')
          .map(({ drop, held }) => `sluice_gate_leases_held{drop="${drop}"} ${held}`),
        '# HELP sluice_gate_metered_entries_total Shoppers let in by entries on lease while the room was down',
        '# TYPE sluice_gate_metered_entries_total counter',
        ...now
          .filter(({ policy }) => policy === 'metered')
          .map(({ drop }) => `sluice_gate_metered_entries_total{drop="${drop}"} ${metered.get(drop) ?? 0}`),
        '# HELP sluice_gate_passes_without_admission_total Page visits let through without an admission while the room was down',
        '# TYPE sluice_gate_passes_without_admission_total counter',
        ...now
          .filter(({ policy }) => policy === 'open')
          .map(
            ({ drop }) =>
              `sluice_gate_passes_without_admission_total{drop="${drop}"} ${without.get(drop) ?? 0}`,
          ),
        '',
      ].join('\n');
    },
  };
}

function count(counts: Map<string, number>, drop: string): void {
  counts.set(drop, (counts.get(drop) ?? 0) + 1);
}
