/** What a gate has answered so far, in the Prometheus text format. */

export interface GateCounts {
  checked(kind: 'pass' | 'answer'): void;
  answered(kind: 'pass' | 'answer'): void;
  text(): string;
}

export function createGateCounts(): GateCounts {
  const checks = { pass: 0, answer: 0 };
  const answers = { pass: 0, answer: 0 };
  return {
    checked(kind) {
      checks[kind] += 1;
    },
    answered(kind) {
      answers[kind] += 1;
    },
    text: () =>
      [
        '# HELP sluice_gate_checks_total Requests that a proxy asked about, by verdict',
        '# TYPE sluice_gate_checks_total counter',
        `sluice_gate_checks_total{verdict="pass"} ${checks.pass}`,
        `sluice_gate_checks_total{verdict="refuse"} ${checks.answer}`,
        '# HELP sluice_gate_answers_total Refused requests that the gate answered in the proxy’s place',
        '# TYPE sluice_gate_answers_total counter',
        `sluice_gate_answers_total ${answers.answer + answers.pass}`,
        '',
      ].join('\n'),
  };
}
