/** Bodies in YAML: read as the JSON they stand for, and checked like any other. */

import { problem } from '@sluice/service-kit';
import type { FastifyInstance } from 'fastify';
import { parseDocument } from 'yaml';
import type { Reason } from '../domain/reasons.ts';
import { yamlReason } from './yaml-fault.ts';

/** References to other places of a file; more is a file that wants to become large. */
const ALIASES_MAX = 100;

/** The scope takes YAML beside JSON. A text that is no YAML is a 400 that says where. */
export function takeYaml(app: FastifyInstance): void {
  app.addContentTypeParser(
    ['application/yaml', 'application/x-yaml', 'text/yaml'],
    { parseAs: 'string' },
    async (_request: unknown, text: string | Buffer) => parseYaml(String(text)),
  );
}

/** @throws Problem 400 `invalid-request` */
export function parseYaml(text: string): unknown {
  const document = parseDocument(text, { uniqueKeys: true });
  const [error] = document.errors;
  if (error) throw invalid(yamlReason(error, document, text));
  try {
    const value: unknown = document.toJS({ maxAliasCount: ALIASES_MAX });
    // Throws where a value holds itself, as no JSON does.
    JSON.stringify(value);
    return value;
  } catch (error) {
    const [, name] = /^Unresolved alias .*: (\S+)$/.exec((error as Error).message) ?? [];
    if (name !== undefined) throw invalid(`refers to "${name}", which is not named before`);
    throw invalid('refers to itself, or too often to other places');
  }
}

function invalid(reason: Reason) {
  return problem('invalid-request', `body: ${reason}`, { errors: [{ field: 'body', reason }] });
}
