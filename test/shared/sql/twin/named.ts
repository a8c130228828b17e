/** Rows of the stages by the ids that people know, instead of a build's dense ones. */
import type { Row, Rows } from '../stage-fixture.ts';

export interface Names {
  readonly listener: (lid: unknown) => string;
  readonly recording: (tid: unknown) => string;
  readonly artist: (aid: unknown) => string;
}

function lookup(rows: readonly Row[], id: string, name: string) {
  const names = new Map(rows.map((row) => [row[id], String(row[name])]));
  return (value: unknown): string => {
    const found = names.get(value as number);
    if (found === undefined) throw new Error(`No row has ${id} ${String(value)}.`);
    return found;
  };
}

/** Stages that namesOf() reads. */
export const NAMED = ['listeners', 'recordings', 'artists'];

export function namesOf(rows: Rows): Names {
  return {
    listener: lookup(rows('listeners'), 'lid', 'listener_id'),
    recording: lookup(rows('recordings'), 'tid', 'recording_id'),
    artist: lookup(rows('artists'), 'aid', 'artist_id'),
  };
}

/** Rows by a text of their own. Throws when two have the same. */
export function byKey<T>(rows: readonly T[], keyOf: (row: T) => string): Map<string, T> {
  const map = new Map(rows.map((row) => [keyOf(row), row]));
  if (map.size !== rows.length) throw new Error('Two rows have one key.');
  return map;
}

/** Rows of one group each, in the order in which they stand. */
export function groupRows<T>(rows: readonly T[], keyOf: (row: T) => string): Map<string, T[]> {
  return Map.groupBy(rows, keyOf);
}
