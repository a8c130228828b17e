/** Lines to CSV rows (RFC 4180), such that one bad line costs one line: parsing resumes at the next. */
import type { Read } from './record.ts';

/** Lines that one quoted field may span before its quote is taken to be unclosed. */
const MAX_ROW_LINES = 100;

export interface CsvLayout {
  readonly delimiter: ',' | ';' | '\t';
  /** Fields a row must have. */
  readonly fields: number;
  /** True where the first row names the columns. */
  readonly header: boolean;
}

/**
 * The fields of one row; null where a quoted field is not closed. Quotes count only at the start of a field,
 * unlike in `12" mix,…`. Text after a closing quote is kept, or with `strict` makes it no row at all: no fields.
 */
export function splitRow(text: string, delimiter: string, strict = false): string[] | null {
  if (!text.includes('"')) return text.split(delimiter);
  const fields: string[] = [];
  let at = 0;
  for (;;) {
    let field = '';
    if (text[at] === '"') {
      at += 1;
      for (;;) {
        const quote = text.indexOf('"', at);
        if (quote === -1) return null;
        field += text.slice(at, quote);
        at = quote + 1;
        if (text[at] !== '"') break;
        field += '"';
        at += 1;
      }
      if (strict && at < text.length && !text.startsWith(delimiter, at)) return [];
    }
    const end = text.indexOf(delimiter, at);
    fields.push(field + text.slice(at, end === -1 ? text.length : end));
    if (end === -1) return fields;
    at = end + delimiter.length;
  }
}

/** Rows with the number of their first line; blank lines are no rows, the header is left out. */
export async function* readRows(
  lines: AsyncIterable<readonly Read<string>[]>,
  layout: CsvLayout,
): AsyncGenerator<Read<string[]>[]> {
  let open: { line: number; value: string }[] = [];
  let headerDue = layout.header;

  /** Takes a row off the front of `open`, or leaves it waiting for more lines. */
  const settle = (rows: Read<string[]>[], last: boolean): void => {
    const first = open[0];
    if (first === undefined) return;
    // Two unclosed quotes some lines apart look like one field of several lines with text behind it.
    const severalLines = open.length > 1;
    const text = open.map(({ value }) => value).join('\n');
    const fields = splitRow(text, layout.delimiter, severalLines);
    if (fields === null && !last && open.length < MAX_ROW_LINES) return;
    const again = open.slice(1);
    open = [];
    if (fields?.length === layout.fields) {
      if (headerDue) headerDue = false;
      else rows.push({ line: first.line, value: fields });
      return;
    }
    const problem =
      fields === null || severalLines
        ? 'has an unclosed quote'
        : `has ${fields.length} fields instead of ${layout.fields}`;
    rows.push({ line: first.line, problem });
    for (const line of again) take(line, rows, false);
    if (last) settle(rows, true);
  };

  const take = (line: { line: number; value: string }, rows: Read<string[]>[], last: boolean): void => {
    if (open.length === 0 && line.value.trim() === '') return;
    open.push(line);
    const mayClose = open.length === 1 || line.value.includes('"') || open.length >= MAX_ROW_LINES;
    if (mayClose) settle(rows, last);
  };

  for await (const batch of lines) {
    const rows: Read<string[]>[] = [];
    for (const line of batch) {
      if ('value' in line) {
        take(line, rows, false);
      } else {
        settle(rows, true);
        rows.push(line);
      }
    }
    if (rows.length > 0) yield rows;
  }
  const rows: Read<string[]>[] = [];
  settle(rows, true);
  if (rows.length > 0) yield rows;
}
