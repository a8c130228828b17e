/** How deep JSON from outside may be nested: what compares, clones or prints it recurses. */

export const MOST_DEPTH = 32;

/** Without recursion, which is what deep values exhaust. */
export function isDeeperThan(value: unknown, most: number): boolean {
  let level: unknown[] = [value];
  for (let depth = 0; level.length > 0; depth++) {
    level = level.flatMap((node) => (typeof node === 'object' && node !== null ? Object.values(node) : []));
    if (depth >= most) return level.length > 0;
  }
  return false;
}
