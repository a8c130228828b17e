/** Shards of a catalogue as the stage documents them, written independently of what parses them. */

export interface ShardItem {
  readonly item: string;
  readonly recording?: string;
  readonly kind?: 'track' | 'episode' | 'artist';
  readonly title?: string;
  readonly artist?: string;
  readonly artistId?: string;
  readonly album?: string;
  readonly genres?: readonly string[];
  /** BPM. */
  readonly tempo?: number;
  readonly key?: number;
  readonly mode?: number;
  readonly energy?: number;
  readonly valence?: number;
  readonly year?: number;
  readonly explicit?: boolean;
  readonly durationMs?: number;
  /** 0 to 1000. */
  readonly popularity?: number;
}

const scaled = (value: number | undefined, by: number) => (value === undefined ? '' : Math.round(value * by));

export function shardLine(item: ShardItem): string {
  return [
    item.item,
    item.recording ?? '',
    item.kind ?? 'track',
    item.title ?? '',
    item.artist ?? '',
    item.artistId ?? '',
    item.album ?? '',
    (item.genres ?? []).join('|'),
    scaled(item.tempo, 10),
    item.key ?? '',
    item.mode ?? '',
    scaled(item.energy, 1000),
    scaled(item.valence, 1000),
    item.year ?? '',
    item.explicit ? 'x' : '',
    item.durationMs ?? '',
    item.popularity ?? 0,
  ].join('\t');
}

/** Key and text of each shard. */
export function shardTexts(items: readonly ShardItem[], shardItems: number): [string, string][] {
  const shards: [string, string][] = [];
  for (let from = 0; from < items.length; from += shardItems)
    shards.push([
      `search#${String(shards.length).padStart(4, '0')}`,
      items
        .slice(from, from + shardItems)
        .map(shardLine)
        .join('\n'),
    ]);
  return shards;
}
