/** A text as the rows of a table, or where it is none. What the parser calls its faults stays here: people are told in words of ours. */
import { CsvError, parse } from 'csv-parse/sync';
import { type Fault, faultAt } from '../domain/fault.ts';
import type { Reason } from '../domain/reasons.ts';

interface ParsedRow {
  readonly record: string[];
  readonly info: { readonly lines: number };
}

/** @returns the fault's path begins with the line of the text, the first being 1: `/3` */
export function readRows(text: string): { rows: string[][]; fault?: Fault } {
  let parsed: ParsedRow[];
  try {
    const options = { bom: true, trim: true, skip_empty_lines: true, relax_column_count: true, info: true };
    parsed = parse(text, options) as unknown as ParsedRow[];
  } catch (error) {
    if (!(error instanceof CsvError)) throw error;
    return { rows: [], fault: faultOf(error, text) };
  }
  const columns = parsed[0]?.record.length ?? 0;
  const odd = parsed.find(({ record }) => record.length !== columns);
  if (odd) {
    const reason: Reason = `must have ${columns} cells, as the first line, and has ${odd.record.length}`;
    return { rows: [], fault: faultAt(`/${odd.info.lines}`, reason) };
  }
  return { rows: parsed.map(({ record }) => record) };
}

function faultOf(error: CsvError, text: string): Fault {
  const at = `/${error.lines}`;
  const code: string = error.code;
  switch (code) {
    case 'CSV_QUOTE_NOT_CLOSED':
      return faultAt(`/${openLine(text)}`, 'begins a quoted cell that does not end');
    case 'CSV_INVALID_CLOSING_QUOTE':
    case 'CSV_NON_TRIMABLE_CHAR_AFTER_CLOSING_QUOTE':
      return faultAt(at, 'has a cell that goes on after its closing quote: a quote inside is written twice');
    case 'INVALID_OPENING_QUOTE':
      return faultAt(
        at,
        'has a quote inside a cell that does not begin with one: quote the whole cell, and write the inner one twice',
      );
    default:
      return faultAt(at, 'is not valid CSV');
  }
}

/** The line of the quote that nothing closes; the parser names the last line of the text. */
function openLine(text: string): number {
  let opened = -1;
  for (let at = text.indexOf('"'); at >= 0; at = text.indexOf('"', at + 1)) {
    if (opened >= 0 && text[at + 1] === '"') at++;
    else opened = opened < 0 ? at : -1;
  }
  return text.slice(0, Math.max(0, opened)).split('\n').length;
}
