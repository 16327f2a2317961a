/**
 * What a problem says in English, said by codes and values too, so that the admin UI can say it in its reader's language:
 * reasons of fields (`errors[].code`, `.values`) and what has to be confirmed (`dangerCodes`).
 */
import { answerError, Problem } from '@sluice/service-kit';
import type { FastifyInstance } from 'fastify';
import { readDanger } from '../domain/dangers.ts';
import { readReason } from '../domain/reasons.ts';

export function tellInCodes(app: FastifyInstance): void {
  app.setErrorHandler((error, request, reply) => answerError(error, request, reply, inCodes));
}

function inCodes(fault: Problem): Problem {
  const { errors, dangers } = fault.extra;
  const extra = {
    ...fault.extra,
    ...(Array.isArray(errors) && { errors: errors.map((one) => ({ ...one, ...readReason(one.reason) })) }),
    ...(Array.isArray(dangers) && { dangerCodes: dangers.map((text) => readDanger(text) ?? null) }),
  };
  return new Problem({ ...told(fault), extra });
}

const told = ({ status, type, title, detail, retryAfterSeconds }: Problem) => ({
  ...{ status, type, title, detail, retryAfterSeconds },
});
