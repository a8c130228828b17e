/** One text per value, whatever the order in which an object's members were written. */

type Json = null | boolean | number | string | readonly Json[] | { readonly [member: string]: Json };

function sorted(value: unknown): Json {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value === 'object' && value !== null) {
    const members = Object.entries(value).filter(([, member]) => member !== undefined);
    members.sort(([a], [b]) => (a < b ? -1 : 1));
    return Object.fromEntries(members.map(([name, member]) => [name, sorted(member)]));
  }
  return value as Json;
}

/** JSON with object members in code-unit order and members of value undefined left out. */
export function canonicalJson(value: unknown): string {
  return JSON.stringify(sorted(value));
}

const isObject = (value: unknown): value is { readonly [member: string]: unknown } =>
  typeof value === 'object' && value !== null;

/** True where canonicalJson() of both is the same text; several times faster than writing it. */
export function sameJson(a: unknown, b: unknown): boolean {
  if (a === b) return true;
  if (!isObject(a) || !isObject(b) || Array.isArray(a) !== Array.isArray(b)) return false;
  for (const name in a) if (!sameJson(a[name], b[name])) return false;
  for (const name in b) if (b[name] !== undefined && a[name] === undefined) return false;
  return true;
}
