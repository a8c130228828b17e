/** Bigtable's garbage collection as it decides about one cell (Bigtable: garbage collection overview). */

/** A cell by its age, and its place among the versions of its column: 1 is the newest. */
export interface CellAge {
  readonly days: number;
  readonly version: number;
}

/**
 * Whether rules in the provider's JSON collect a cell. Throws for what the provider would not take either: no rule, or
 * several of which nobody said how they go together.
 */
export function collects(text: string, cell: CellAge): boolean {
  return decide(JSON.parse(text), cell);
}

function decide(node: unknown, cell: CellAge): boolean {
  if (typeof node !== 'object' || node === null) throw new Error('A rule of collection is no object.');
  const { mode, rules, max_age: age, max_version: version } = node as Readonly<Record<string, unknown>>;
  if (typeof age === 'string') return cell.days * 24 > hours(age);
  if (typeof version === 'number') return cell.version > version;
  if (!Array.isArray(rules) || rules.length === 0) throw new Error('There is no rule of collection.');
  if (mode === 'intersection') return rules.every((rule) => decide(rule, cell));
  if (mode === 'union') return rules.some((rule) => decide(rule, cell));
  if (rules.length > 1) throw new Error('Several rules of collection need a mode.');
  return decide(rules[0], cell);
}

/** Hours of a duration such as `336h`, or `14d`. */
function hours(duration: string): number {
  const [, count, unit = ''] = /^(\d+)([dh])$/.exec(duration) ?? [];
  if (count === undefined) throw new Error(`${duration} is no age in days or hours.`);
  return Number(count) * (unit === 'd' ? 24 : 1);
}
