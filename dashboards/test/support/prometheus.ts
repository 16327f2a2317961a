/** A real Prometheus that scrapes a stack every second, with the rules of this folder. */
import { copyFileSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { waitUntil } from '@sluice/service-kit/testing';
import { stringify } from 'yaml';
import { freePort } from '../../../scripts/lib/ports.mjs';
import { startProcess } from '../../../scripts/lib/processes.mjs';
import type { Stack } from '../../../scripts/lib/stack.mjs';

export interface Sample {
  readonly metric: Readonly<Record<string, string>>;
  readonly value: number;
}

export interface Prometheus {
  /** @throws Error with Prometheus's own words for a query it does not understand */
  query(expr: string): Promise<Sample[]>;
  /** Every metric name it has seen. */
  names(): Promise<ReadonlySet<string>>;
  /** Rules that could not be evaluated, with the reason. */
  brokenRules(): Promise<string[]>;
}

const RULES = ['recording-rules.yaml', 'alerts.yaml'];

export async function startPrometheus(program: string, stack: Stack, folder: string): Promise<Prometheus> {
  mkdirSync(folder, { recursive: true });
  for (const file of RULES) {
    copyFileSync(fileURLToPath(new URL(`../../prometheus/${file}`, import.meta.url)), join(folder, file));
  }
  const job = (job_name: string, services: readonly ({ internalUrl: string } | undefined)[]) => ({
    job_name,
    honor_labels: true,
    static_configs: [{ targets: services.flatMap((one) => (one ? [new URL(one.internalUrl).host] : [])) }],
  });
  writeFileSync(
    join(folder, 'prometheus.yaml'),
    stringify({
      global: { scrape_interval: '1s', evaluation_interval: '1s' },
      rule_files: RULES,
      scrape_configs: [
        job('waiting-room', stack.rooms),
        job('checkout-api', stack.checkouts),
        job('admin-server', [stack.admin]),
      ],
    }),
  );
  const port = await freePort();
  await startProcess('prometheus', program, [
    `--config.file=${join(folder, 'prometheus.yaml')}`,
    `--storage.tsdb.path=${join(folder, 'data')}`,
    `--web.listen-address=127.0.0.1:${port}`,
    '--log.level=error',
  ]);
  const ask = async <T>(path: string): Promise<T> => {
    const response = await fetch(`http://127.0.0.1:${port}/api/v1/${path}`, {
      signal: AbortSignal.timeout(10_000),
    });
    const answer = (await response.json()) as { data: T; error?: string };
    if (answer.error !== undefined) throw new Error(answer.error);
    return answer.data;
  };
  await waitUntil(() =>
    ask('status/buildinfo').then(
      () => true,
      () => false,
    ),
  );
  return {
    async query(expr) {
      type Vector = { result: { metric: Record<string, string>; value: [number, string] }[] };
      const { result } = await ask<Vector>(`query?query=${encodeURIComponent(expr)}`);
      return result.map(({ metric, value }) => ({ metric, value: Number(value[1]) }));
    },
    names: async () => new Set(await ask<string[]>('label/__name__/values')),
    async brokenRules() {
      type Groups = { groups: { rules: { name: string; health: string; lastError?: string }[] }[] };
      const { groups } = await ask<Groups>('rules');
      return groups
        .flatMap(({ rules }) => rules)
        .filter(({ health }) => health === 'err')
        .map(({ name, lastError }) => `${name}: ${lastError}`);
    },
  };
}
