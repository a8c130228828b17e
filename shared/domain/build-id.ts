/** Builds are named by the instant they cover events up to; the name sorts by age. */

/** `b` and 14 digits of epoch milliseconds. */
export function buildIdOf(cutoff: number): string {
  return `b${String(cutoff).padStart(14, '0')}`;
}

/** The instant in a build id; undefined for text that is none. */
export function cutoffOf(buildId: string): number | undefined {
  return /^b\d{14}$/.test(buildId) ? Number(buildId.slice(1)) : undefined;
}
