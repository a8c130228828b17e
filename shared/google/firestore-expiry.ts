/** When a document ends by itself: Firestore removes it by a field of its own type, which JSON text does not have. */

/** As Firestore's messages have it. */
export interface ProtoTimestamp {
  readonly seconds: string;
  readonly nanos: number;
}

/** RFC 3339 as toISOString() writes it: an instant without its zone would be another one on another machine. */
const INSTANT = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)$/;

/** Epoch milliseconds of the value's own `expiresAt`; undefined for a value without one that is an instant. */
export function expiryOf(value: unknown): number | undefined {
  if (typeof value !== 'object' || value === null || !('expiresAt' in value)) return undefined;
  const { expiresAt } = value;
  if (typeof expiresAt !== 'string' || !INSTANT.test(expiresAt)) return undefined;
  const at = Date.parse(expiresAt);
  return Number.isNaN(at) ? undefined : at;
}

/** Epoch milliseconds as Firestore takes them: whole seconds, also before 1970 rounded down, and what is beyond them. */
export function timestampOf(ms: number): ProtoTimestamp {
  const seconds = Math.floor(ms / 1000);
  return { seconds: String(seconds), nanos: (ms - seconds * 1000) * 1_000_000 };
}
