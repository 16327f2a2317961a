/** Why a text is no YAML, in words of ours: the parser's kinds of fault, told as what a person did, and where. */
import { type Document, isCollection, isScalar, visit, type YAMLParseError } from 'yaml';
import type { Reason } from '../domain/reasons.ts';

/** @param document as it was read from the text, with the fault in it */
export function yamlReason(error: YAMLParseError, document: Document.Parsed, text: string): Reason {
  const { line = 1, col: column = 1 } = error.linePos?.[0] ?? {};
  const rest = text.slice(error.pos[0]).split('\n', 1)[0] ?? '';
  const code: string = error.code;
  switch (code) {
    case 'DUPLICATE_KEY':
      return `has "${nameAt(rest)}" twice: again in line ${line}`;
    case 'TAB_AS_INDENT':
      return `is indented by a tab in line ${line}: only spaces can be`;
    case 'BAD_SCALAR_START':
      return `has a value that begins with ${rest[0] ?? ''} in line ${line}: put it in quotes`;
    case 'BAD_DQ_ESCAPE':
      return `has a backslash in line ${line} that stands before nothing known: write it twice`;
    case 'MULTIPLE_DOCS':
      return `has several documents, the second from line ${line} on: one is taken`;
    case 'MULTILINE_IMPLICIT_KEY':
      return `has a name without a colon and a space after it in line ${line}`;
    case 'BLOCK_AS_IMPLICIT_KEY':
      // `a: b: c` in one line; otherwise a line below is too far to the right.
      if (rest.includes(': ')) return `has a second colon in line ${line}: put the value in quotes`;
      return `is not indented as what it belongs to: line ${line}, column ${column}`;
    case 'MISSING_CHAR':
    case 'BAD_INDENT': {
      if (/quote/.test(error.message))
        return `has a quote in line ${openedIn(document, text, isQuoted)} that is never closed`;
      if (/end with a/.test(error.message))
        return `has a bracket in line ${openedIn(document, text, isBracketed)} that is never closed`;
      if (error.code === 'BAD_INDENT')
        return `is not indented as what it belongs to: line ${line}, column ${column}`;
    }
  }
  return `is not valid YAML: line ${line}, column ${column}`;
}

const nameAt = (line: string): string => line.split(':', 1)[0]?.trim() ?? '';

const isQuoted = (node: unknown): boolean =>
  isScalar(node) && (node.type === 'QUOTE_DOUBLE' || node.type === 'QUOTE_SINGLE');
const isBracketed = (node: unknown): boolean => isCollection(node) && node.flow === true;

/** Line of the last node of a kind: what is never closed has nothing of its kind behind it. */
function openedIn(document: Document.Parsed, text: string, isOne: (node: unknown) => boolean): number {
  let opened = 0;
  visit(document, {
    Node(_key, node) {
      if (isOne(node)) opened = node.range?.[0] ?? opened;
    },
  });
  return text.slice(0, opened).split('\n').length;
}
