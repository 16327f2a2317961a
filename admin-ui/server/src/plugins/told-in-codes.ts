/**
 * What a problem says in English, said by codes and values too, so that the admin UI can say it in its reader's language:
 * reasons of fields (`errors[].code`, `.values`; of a file its `.line`), what has to be confirmed (`dangerCodes`) and what is said beyond the type (`detailCode`).
 */
import { answerError, Problem } from '@sluice/service-kit';
import type { FastifyInstance } from 'fastify';
import { readDanger } from '../domain/dangers.ts';
import { readDetail } from '../domain/details.ts';
import { readReason } from '../domain/reasons.ts';
import { lineOf } from './yaml-body.ts';

export function tellInCodes(app: FastifyInstance): void {
  app.setErrorHandler((error, request, reply) =>
    answerError(error, request, reply, (fault) => inCodes(fault, request.body)),
  );
}

/** @param body of the request: faults of one that was a file say on which line */
function inCodes(fault: Problem, body: unknown): Problem {
  const { errors, dangers } = fault.extra;
  const detailCode = readDetail(fault.detail ?? '');
  const extra = {
    ...fault.extra,
    ...(Array.isArray(errors) && {
      errors: errors.map((one) => ({ ...one, ...readReason(one.reason), ...atLine(body, one.field) })),
    }),
    ...(detailCode && { detailCode }),
    ...(Array.isArray(dangers) && { dangerCodes: dangers.map((text) => readDanger(text) ?? null) }),
  };
  return new Problem({ ...told(fault), extra });
}

function atLine(body: unknown, field: string): { line?: number } {
  const line = lineOf(body, field);
  return line === undefined ? {} : { line };
}

const told = ({ status, type, title, detail, retryAfterSeconds }: Problem) => ({
  ...{ status, type, title, detail, retryAfterSeconds },
});
