/** Bodies in CSV: taken as text, and refused by the line that is no table. */

import { problem } from '@sluice/service-kit';
import type { FastifyInstance } from 'fastify';
import type { FieldFault } from '../domain/fault.ts';
import { readRows } from './csv-rows.ts';

export function takeCsv(app: FastifyInstance): void {
  app.addContentTypeParser(
    'text/csv',
    { parseAs: 'string' },
    async (_request: unknown, text: string | Buffer) => String(text),
  );
}

/** @throws Problem 400 `invalid-request` */
export function rowsOf(body: unknown): string[][] {
  if (typeof body !== 'string') throw invalid({ field: 'body', reason: 'must be text/csv' });
  const { rows, fault } = readRows(body);
  if (fault) throw invalid({ field: `line${fault.path.replaceAll('/', '.')}`, reason: fault.reason });
  return rows;
}

const invalid = (fault: FieldFault) =>
  problem('invalid-request', `${fault.field} ${fault.reason}`, { errors: [fault] });
