/** Bodies in YAML: read as the JSON they stand for, and checked like any other. */

import { problem } from '@sluice/service-kit';
import type { FastifyInstance } from 'fastify';
import { type Document, isMap, isScalar, isSeq, LineCounter, type Node, parseDocument } from 'yaml';
import type { Reason } from '../domain/reasons.ts';
import { yamlReason } from './yaml-fault.ts';

/** References to other places of a file; more is a file that wants to become large. */
const ALIASES_MAX = 100;

interface Source {
  readonly document: Document.Parsed;
  readonly lines: LineCounter;
}
/** Of bodies that were read from YAML, as long as somebody holds them. */
const sources = new WeakMap<object, Source>();

/**
 * Where a field of a body stands in the file it was read from; what is missing, where it would.
 * @param field as problems name it: `body.drops.0.name`
 * @returns counted from 1; undefined for a body that was no YAML
 */
export function lineOf(body: unknown, field: string): number | undefined {
  const source = typeof body === 'object' && body !== null ? sources.get(body) : undefined;
  const [of, ...path] = field.split('.');
  if (!source || of !== 'body') return undefined;
  let node: unknown = source.document.contents;
  let offset = source.document.contents?.range?.[0] ?? 0;
  for (const member of path) {
    if (isMap(node)) {
      const pair = node.items.find(({ key }) => isScalar(key) && String(key.value) === member);
      if (!pair) break;
      offset = (pair.key as Node).range?.[0] ?? offset;
      node = pair.value;
    } else if (isSeq(node)) {
      const item = node.items[Number(member)] as Node | undefined;
      if (!item) break;
      offset = item.range?.[0] ?? offset;
      node = item;
    } else break;
  }
  return source.lines.linePos(offset).line;
}

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
  const lines = new LineCounter();
  const document = parseDocument(text, { uniqueKeys: true, lineCounter: lines });
  const [error] = document.errors;
  if (error) throw invalid(yamlReason(error, document, text));
  try {
    const value: unknown = document.toJS({ maxAliasCount: ALIASES_MAX });
    // Throws where a value holds itself, as no JSON does.
    JSON.stringify(value);
    if (typeof value === 'object' && value !== null) sources.set(value, { document, lines });
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
