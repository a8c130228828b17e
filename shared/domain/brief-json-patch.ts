/** JSON Patch (RFC 6902) as far as refinements need it: add, replace, remove and test. */

export type Json = null | boolean | number | string | readonly Json[] | { readonly [name: string]: Json };

export type PatchOperation =
  | { readonly op: 'add' | 'replace' | 'test'; readonly path: string; readonly value: Json }
  | { readonly op: 'remove'; readonly path: string };

/**
 * The document with all operations applied in order; the one given stays as it is. Throws RangeError, and applies
 * nothing, where a path leads nowhere or a test fails. Nothing is known of what the document means: check the result.
 */
export function applyPatch(document: object, patch: readonly PatchOperation[]): unknown {
  let patched = structuredClone(document) as Json;
  for (const [at, operation] of patch.entries()) {
    const where = `operation ${at} (${operation.op} ${operation.path})`;
    patched = change(patched, readPointer(operation.path, where), operation, where);
  }
  return patched;
}

/** The reference tokens of an RFC 6901 pointer. */
function readPointer(pointer: string, where: string): string[] {
  if (pointer === '') return [];
  if (!/^(?:\/(?:[^~/]|~[01])*)+$/.test(pointer))
    throw new RangeError(`${where}: the path is no JSON pointer.`);
  return pointer
    .slice(1)
    .split('/')
    .map((token) => token.replaceAll('~1', '/').replaceAll('~0', '~'));
}

function change(
  target: Json,
  [token, ...rest]: readonly string[],
  operation: PatchOperation,
  where: string,
): Json {
  const { op } = operation;
  if (token === undefined) {
    if (op === 'remove') throw new RangeError(`${where}: the whole document cannot be removed.`);
    if (op === 'test' && !isEqual(target, operation.value))
      throw new RangeError(`${where}: the test failed.`);
    return op === 'test' ? target : operation.value;
  }
  if (Array.isArray(target)) {
    const list = [...(target as readonly Json[])];
    const isAddition = op === 'add' && rest.length === 0;
    const index = indexIn(list, token, isAddition, where);
    if (isAddition) list.splice(index, 0, operation.value);
    else if (op === 'remove' && rest.length === 0) list.splice(index, 1);
    else list[index] = change(list[index] as Json, rest, operation, where);
    return list;
  }
  if (typeof target !== 'object' || target === null) throw new RangeError(`${where}: nothing is there.`);
  const members = new Map(Object.entries(target as { readonly [name: string]: Json }));
  const member = members.get(token);
  if (member === undefined && !(op === 'add' && rest.length === 0))
    throw new RangeError(`${where}: nothing is there.`);
  if (op === 'remove' && rest.length === 0) members.delete(token);
  else if (op === 'add' && rest.length === 0) members.set(token, operation.value);
  else members.set(token, change(member as Json, rest, operation, where));
  return Object.fromEntries(members);
}

function indexIn(list: readonly Json[], token: string, isAddition: boolean, where: string): number {
  if (token === '-' && isAddition) return list.length;
  const index = /^(?:0|[1-9]\d{0,8})$/.test(token) ? Number(token) : Number.NaN;
  if (!(index < list.length || (isAddition && index === list.length)))
    throw new RangeError(`${where}: the list has no such place.`);
  return index;
}

/** Equality of JSON values, members in any order (RFC 6902 §4.6). */
export function isEqual(a: unknown, b: unknown): boolean {
  if (a === b) return true;
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return false;
  if (Array.isArray(a) !== Array.isArray(b)) return false;
  const left = Object.entries(a);
  const right = new Map(Object.entries(b));
  return (
    left.length === right.size &&
    left.every(([name, value]) => right.has(name) && isEqual(value, right.get(name)))
  );
}
