import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { createTestDatabase, createTestRedis } from '@sluice/service-kit/testing';
import { Redis } from 'ioredis';
import pg from 'pg';
import { afterAll, describe, expect, test } from 'vitest';
import { BENCHES } from '../bench/registry.ts';
import { demandEveryReservation } from '../bench/reservation-rows.ts';
import { demandAllWaiting } from '../bench/waiting-tickets.ts';

const MAIN = fileURLToPath(new URL('../bench/main.ts', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'sluice-bench-'));
afterAll(() => rmSync(folder, { recursive: true }));

function runBench(...args: string[]): Promise<{ code: number; stdout: string; stderr: string }> {
  return new Promise((resolve) => {
    execFile(process.execPath, [MAIN, ...args], (error, stdout, stderr) =>
      resolve({ code: error ? Number(error.code ?? 1) : 0, stdout, stderr }),
    );
  });
}

/** Two at a time (`maxConcurrency`): in the short form nothing is judged by its speed, and most of it is services that start. */
describe.concurrent('benches', () => {
  test.for(BENCHES)(
    '$name runs against services as shipped, and its last line is one object with its figures',
    {
      timeout: 180_000,
    },
    async ({ name }, { expect }) => {
      const { code, stdout, stderr } = await runBench(name, '--short', '--json');
      expect(code, stderr).toBe(0);
      const report = JSON.parse(stdout.trimEnd().split('\n').at(-1) ?? '') as Record<string, unknown>;
      expect(report.bench).toBe(name);
      expect(report.short, 'marked as what says nothing about speed').toBe(true);
      expect(report).not.toHaveProperty('met');
      expect(stdout).toContain('SHORT FORM');
      expect(report.unit).toMatch(/./);
      expect(report.value).toBeGreaterThan(0);
      // Against a bare server over HTTP there is always something to compare; others may have nothing.
      const compared = report.levels === undefined ? [] : ['ratio', 'baseline'];
      const fromProc = report.levels === undefined ? [] : ['cpuRatio'];
      // A second of refusals from memory may cost the store nothing that its clock shows.
      if (report.levels !== undefined && name !== 'sold-out') fromProc.push('storeCpuUs');
      for (const figure of process.platform === 'linux' ? [...compared, ...fromProc] : compared)
        expect(report[figure], figure).toBeGreaterThan(0);
      const levels = (report.levels ?? []) as Record<string, unknown>[];
      if (['join', 'reserve', 'session'].includes(name))
        for (const level of levels) expect(level.ofFloor, 'beside the least there is').toBeGreaterThan(0);
      for (const figure of ['ratio', 'baseline', 'cpuRatio', 'storeCpuUs'])
        expect(report, 'every bench has it, if only to say null').toHaveProperty(figure);
      for (const figure of Object.keys(report.bars as object))
        expect(report[figure], figure).toBeGreaterThan(0);
      for (const figure of Object.keys((report.limits ?? {}) as object))
        expect(report[figure], figure).toBeGreaterThanOrEqual(0);
    },
  );

  test.each([[[]], [['nonsense']], [['join', 'pulse']]])(
    '%j names every bench there is and runs none',
    async (args) => {
      const { code, stderr } = await runBench(...args);
      expect(code).toBe(1);
      for (const { name, summary } of BENCHES) {
        expect(stderr).toContain(name);
        expect(stderr).toContain(summary);
      }
    },
  );
});

describe('what was acknowledged is looked up, and a bench fails without it', () => {
  test('a ticket that is not in the queue, one too many, and one acknowledged twice are each found', async () => {
    const redis = new Redis(await createTestRedis());
    const file = join(folder, 'tickets');
    const key = 'wr:{d}:waiting';
    await redis.zadd(key, 1, 'a', 2, 'b', 3, 'other');
    const demand = (acknowledged: number) => demandAllWaiting(redis, 'd', file, { acknowledged, others: 1 });

    writeFileSync(file, 'a\nb\n');
    await demand(2);
    await expect(demand(3)).rejects.toThrow('3 joins were answered, 2 tickets were kept');
    writeFileSync(file, 'a\nc\n');
    await expect(demand(2)).rejects.toThrow('1 of 2 acknowledged tickets are not in the queue');
    writeFileSync(file, 'a\na\n');
    await redis.zrem(key, 'b');
    await expect(demand(2)).rejects.toThrow('some are the same');
    redis.disconnect();
  });

  test('a 201 without a row, a row without a 201, and stock that counts otherwise are each found', async () => {
    const { url, drop: forget } = await createTestDatabase();
    const postgres = new pg.Pool({ connectionString: url });
    await postgres.query(`
      create schema checkout;
      create table checkout.stock (drop_id text, held integer);
      create table checkout.reservations (id uuid, drop_id text, jti text, status text, units integer);
      insert into checkout.stock values ('d', 2);
      insert into checkout.reservations values
        ('00000000-0000-0000-0000-000000000001', 'd', 'x', 'held', 1),
        ('00000000-0000-0000-0000-000000000002', 'd', 'y', 'held', 1)`);
    const file = join(folder, 'reservations');
    const demand = (acknowledged: number, others: number) =>
      demandEveryReservation(postgres, 'd', file, { acknowledged, others });
    const ids = (...last: number[]) => last.map((n) => `00000000-0000-0000-0000-00000000000${n}\n`).join('');

    writeFileSync(file, ids(1, 2));
    expect(await demand(2, 0)).toEqual({ rowsInPostgres: 2, distinctSessions: 2 });
    writeFileSync(file, ids(1, 3));
    await expect(demand(2, 0)).rejects.toThrow('do not agree');
    writeFileSync(file, ids(1));
    await expect(demand(1, 0)).rejects.toThrow('do not agree');
    await expect(demand(1, 1)).resolves.toBeTruthy();
    await postgres.query('update checkout.stock set held = 3');
    await expect(demand(1, 1)).rejects.toThrow('do not agree');
    await postgres.end();
    await forget();
  });
});
