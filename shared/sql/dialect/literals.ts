/** GoogleSQL literals as DuckDB literals. */
import type { Token } from './tokens.ts';

const SIMPLE: Readonly<Record<string, string>> = {
  a: '\x07',
  b: '\b',
  f: '\f',
  n: '\n',
  r: '\r',
  t: '\t',
  v: '\v',
  '\\': '\\',
  '?': '?',
  '"': '"',
  "'": "'",
  '`': '`',
};
const ESCAPE =
  /\\(?:x([0-9a-fA-F]{2})|X([0-9a-fA-F]{2})|u([0-9a-fA-F]{4})|U([0-9a-fA-F]{8})|([0-7]{3})|([\s\S]))/g;

/**
 * The characters a GoogleSQL string or bytes literal stands for (bytes: one character 0–255 per byte,
 * or the text itself for characters beyond). `undefined` where an escape is not GoogleSQL's.
 */
export function literalText(token: Token): string | undefined {
  const start = /^[a-zA-Z]*('''|"""|'|")/.exec(token.text);
  if (start === null) return undefined;
  const quote = start[1] ?? '';
  const body = token.text.slice(start[0].length, token.text.length - quote.length);
  if (/r/i.test(start[0])) return body;
  let valid = true;
  const text = body.replace(
    ESCAPE,
    (_all, x?: string, X?: string, u?: string, U?: string, o?: string, c?: string) => {
      if (c !== undefined) {
        const simple = SIMPLE[c];
        if (simple === undefined) valid = false;
        return simple ?? '';
      }
      const code = o === undefined ? Number.parseInt(x ?? X ?? u ?? U ?? '', 16) : Number.parseInt(o, 8);
      if (code > 0x10ffff) valid = false;
      return valid ? String.fromCodePoint(code) : '';
    },
  );
  return valid ? text : undefined;
}

/** A DuckDB string literal. */
export function sqlString(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}

/** A DuckDB name in quotes. */
export function sqlName(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}

/** A DuckDB BLOB of the bytes of a GoogleSQL bytes literal's text. */
export function sqlBytes(text: string): string {
  const bytes = [...text].every((c) => c.charCodeAt(0) < 256)
    ? Buffer.from(text, 'latin1')
    : Buffer.from(text);
  return `unhex('${bytes.toString('hex')}')`;
}

const TIMESTAMP =
  /^(\d{4})-(\d{1,2})-(\d{1,2})(?:[T ](\d{1,2}):(\d{1,2}):(\d{1,2})(?:\.(\d{1,6}))?)?\s*(?:(Z|UTC)|([+-])(\d{1,2})(?::?(\d{2}))?)?$/i;

/** A GoogleSQL timestamp text as naive UTC text; DuckDB would drop the offset. `undefined` where it is none. */
export function utcTimestamp(text: string): string | undefined {
  const m = TIMESTAMP.exec(text);
  if (m === null) return undefined;
  const [y = 0, mo = 0, d = 0, h = 0, mi = 0, s = 0] = m.slice(1, 7).map((part) => Number(part ?? 0));
  const offset = (Number(m[10] ?? 0) * 60 + Number(m[11] ?? 0)) * (m[9] === '-' ? -1 : 1);
  const time = new Date(Date.UTC(y, mo - 1, d, h, mi - offset, s));
  const local = new Date(Date.UTC(y, mo - 1, d, h, mi, s));
  if (local.getUTCMonth() !== mo - 1 || local.getUTCDate() !== d || h > 23 || mi > 59 || s > 59)
    return undefined;
  const fraction = m[7] === undefined ? '' : `.${m[7].padEnd(6, '0')}`;
  return `${time.toISOString().slice(0, 19).replace('T', ' ')}${fraction}`;
}
