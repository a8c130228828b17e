/**
 * stages/listener_pools.sql on typed arrays: generators accumulate per listener, each is scaled to its best
 * candidate, weighed, summed, and the best are written out as text. Equal to the SQL to the last character.
 */
import { Best } from './best.ts';
import { type PackedTexts, TextWriter } from './text-writer.ts';

/** Compressed sparse rows from ids (1-based) to columns. */
export interface SparseRows {
  readonly offsets: Int32Array;
  readonly ids: Int32Array;
  readonly scores: Float64Array;
}

export interface PoolsInput {
  /** Recordings that a listener starts from, in order of seed_no; scores are taste. */
  readonly seeds: SparseRows;
  readonly seedPreferences: Int32Array;
  /** 1 where the listener's seeds are artists. */
  readonly listenerKind: Int32Array;
  readonly neighbours: SparseRows;
  /** Artists by preference, only as many as the pool uses; scores are taste. */
  readonly artistSeeds: SparseRows;
  readonly artistNeighbours: SparseRows;
  /** Per kind, the artist's recordings by place. */
  readonly artistTracks: readonly [SparseRows, SparseRows];
  readonly audioNeighbours: SparseRows;
  /** Per kind, the popular recordings by place. */
  readonly popular: readonly [
    { ids: Int32Array; scores: Float64Array },
    { ids: Int32Array; scores: Float64Array },
  ];
  readonly heard: { offsets: Int32Array; ids: Int32Array };
  readonly rejected: { offsets: Int32Array; ids: Int32Array };
  /** Artists a listener played; scores are plays. */
  readonly artistPlays: SparseRows;
  /** By recording, 0 where unknown. */
  readonly artistOf: Int32Array;
  /** By id, index 0 unused. */
  readonly listenerIds: readonly string[];
  readonly itemIds: PackedTexts;
  readonly features: PackedTexts;
  readonly artistIds: PackedTexts;
  readonly parameters: {
    readonly own_artist_score: number;
    readonly pool_audio_seeds: number;
    readonly pool_size: number;
    readonly weight_co_listening: number;
    readonly weight_artist: number;
    readonly weight_audio: number;
    readonly weight_popularity: number;
  };
}

export interface PoolsOutput {
  readonly listenerIds: string[];
  readonly candidates: Int32Array;
  readonly pools: PackedTexts;
}

const TAB = 9;
const NEWLINE = 10;
const DOT = 46;
const LETTER_A = 97;
const LETTER_C = 99;
const LETTER_P = 112;
const LETTER_S = 115;

/** One generator's scores and strongest seeds over all recordings, cleared by walking what it touched. */
class Generator {
  readonly scores: Float64Array;
  readonly seeds: Int32Array;
  readonly strongest: Float64Array;
  readonly touched: Int32Array;
  count = 0;
  max = 1;

  constructor(size: number) {
    this.scores = new Float64Array(size);
    this.seeds = new Int32Array(size);
    this.strongest = new Float64Array(size);
    this.touched = new Int32Array(size);
  }

  /** Adds a contribution; scores are kept one higher than they are, so that 0 means never proposed. */
  add(id: number, score: number, seed: number): void {
    if (this.scores[id] === 0) {
      this.touched[this.count++] = id;
      this.scores[id] = 1 + score;
      this.strongest[id] = score;
      this.seeds[id] = seed;
      return;
    }
    this.scores[id]! += score;
    if (score > this.strongest[id]!) {
      this.strongest[id] = score;
      this.seeds[id] = seed;
    }
  }

  /** Score scaled to a million for the best, -1 where it was not proposed. */
  scaled(id: number): number {
    const score = this.scores[id]!;
    return score === 0 ? -1 : Math.round(((score - 1) * 1_000_000) / this.max);
  }

  clear(): void {
    for (let at = 0; at < this.count; at++) this.scores[this.touched[at]!] = 0;
    this.count = 0;
    this.max = 1;
  }
}

/** Makes the function that writes the pools of listeners first to last; its scratch memory is reused. */
export function pools(input: PoolsInput): (first: number, last: number) => PoolsOutput {
  const size = input.itemIds.offsets.length - 1;
  const artistCount = input.artistIds.offsets.length - 1;
  const { parameters } = input;
  const co = new Generator(size);
  const byArtist = new Generator(size);
  const audio = new Generator(size);
  const popular = new Generator(size);
  const artists = new Generator(artistCount);
  const generators = [co, byArtist, audio, popular];
  const barred = new Uint8Array(size);
  const proposed = new Int32Array(size);
  const isProposed = new Uint8Array(size);
  const playsOf = new Float64Array(artistCount);
  const best = new Best(parameters.pool_size);
  const text = new TextWriter();
  const slack =
    parameters.weight_co_listening +
    parameters.weight_artist +
    parameters.weight_audio +
    parameters.weight_popularity;

  const listen = (listener: number) => {
    const { seeds, neighbours, audioNeighbours } = input;
    const start = seeds.offsets[listener]!;
    for (let at = start; at < seeds.offsets[listener + 1]!; at++) {
      const taste = seeds.scores[at]!;
      if (taste <= 0) continue;
      const id = seeds.ids[at]!;
      addRow(co, neighbours, id, taste, at - start);
      if (input.seedPreferences[at]! <= parameters.pool_audio_seeds)
        addRow(audio, audioNeighbours, id, taste, at - start);
    }
    wantArtists(listener);
    const { ids, scores } = input.popular[input.listenerKind[listener] === 1 ? 1 : 0];
    for (let at = 0; at < ids.length; at++) popular.add(ids[at]!, scores[at]!, 0);
  };

  const wantArtists = (listener: number) => {
    const { artistSeeds, artistNeighbours } = input;
    const start = artistSeeds.offsets[listener]!;
    for (let at = start; at < artistSeeds.offsets[listener + 1]!; at++) {
      const artist = artistSeeds.ids[at]!;
      const taste = artistSeeds.scores[at]!;
      artists.add(artist, Math.floor((taste * parameters.own_artist_score) / 1000), at - start);
      for (let of = artistNeighbours.offsets[artist]!; of < artistNeighbours.offsets[artist + 1]!; of++)
        artists.add(
          artistNeighbours.ids[of]!,
          Math.floor((taste * artistNeighbours.scores[of]!) / 1000),
          at - start,
        );
    }
    const tracks = input.artistTracks[input.listenerKind[listener] === 1 ? 1 : 0];
    for (let at = 0; at < artists.count; at++) {
      const artist = artists.touched[at]!;
      const wanted = artists.scores[artist]! - 1;
      if (wanted <= 0) continue;
      for (let of = tracks.offsets[artist]!; of < tracks.offsets[artist + 1]!; of++)
        byArtist.add(
          tracks.ids[of]!,
          Math.floor((wanted * 10) / (9 + tracks.scores[of]!)),
          artists.seeds[artist]!,
        );
    }
    artists.clear();
  };

  const bar = (listener: number, flag: 0 | 1) => {
    for (const { offsets, ids } of [input.heard, input.rejected])
      for (let at = offsets[listener]!; at < offsets[listener + 1]!; at++) barred[ids[at]!] = flag;
  };

  const knowArtists = (listener: number, known: boolean) => {
    const { offsets, ids, scores } = input.artistPlays;
    for (let at = offsets[listener]!; at < offsets[listener + 1]!; at++)
      playsOf[ids[at]!] = known ? scores[at]! : 0;
  };

  const gather = (): number => {
    let count = 0;
    for (const generator of generators) {
      for (let at = 0; at < generator.count; at++) {
        const id = generator.touched[at]!;
        if (barred[id] === 1) continue;
        if (generator.scores[id]! - 1 > generator.max) generator.max = generator.scores[id]! - 1;
        if (isProposed[id] === 0) {
          isProposed[id] = 1;
          proposed[count++] = id;
        }
      }
    }
    return count;
  };

  const share = (generator: Generator, id: number, weight: number) => {
    const scaled = generator.scaled(id);
    return scaled < 0 ? 0 : scaled * weight;
  };

  const thousandths = (millionths: number) => Math.floor(millionths / 1000);

  const evidence = (letter: number, generator: Generator, id: number, seeded: boolean) => {
    const scaled = generator.scaled(id);
    if (scaled < 0) return;
    text.code(letter);
    text.integer(thousandths(scaled));
    if (!seeded) return;
    text.code(DOT);
    text.integer(generator.seeds[id]!);
  };

  const names = (texts: PackedTexts, rows: SparseRows, listener: number) => {
    const start = rows.offsets[listener]!;
    for (let at = start; at < rows.offsets[listener + 1]!; at++) {
      if (at > start) text.code(TAB);
      text.packed(texts, rows.ids[at]!);
    }
  };

  const line = (id: number, score: number) => {
    text.code(NEWLINE);
    text.packed(input.features, id);
    text.code(TAB);
    text.integer(thousandths(score));
    text.code(TAB);
    text.integer(playsOf[input.artistOf[id]!]!);
    text.code(TAB);
    evidence(LETTER_C, co, id, true);
    evidence(LETTER_A, byArtist, id, true);
    evidence(LETTER_S, audio, id, true);
    evidence(LETTER_P, popular, id, false);
  };

  /** Writes the pool and returns how many candidates are in it. */
  const write = (listener: number): number => {
    listen(listener);
    bar(listener, 1);
    const count = gather();
    best.clear();
    // Most candidates cannot reach the pool: a bound in four products spares them the exact sum. Rounding moves a
    // share by half its weight at most, for which `slack` is twice enough.
    const coUnit = (parameters.weight_co_listening * 1_000_000) / co.max;
    const artistUnit = (parameters.weight_artist * 1_000_000) / byArtist.max;
    const audioUnit = (parameters.weight_audio * 1_000_000) / audio.max;
    const popularUnit = (parameters.weight_popularity * 1_000_000) / popular.max;
    for (let at = 0; at < count; at++) {
      const id = proposed[at]!;
      isProposed[id] = 0;
      const bound =
        co.scores[id]! * coUnit +
        byArtist.scores[id]! * artistUnit +
        audio.scores[id]! * audioUnit +
        popular.scores[id]! * popularUnit +
        slack;
      if (bound < best.threshold) continue;
      best.offer(
        id,
        share(co, id, parameters.weight_co_listening) +
          share(byArtist, id, parameters.weight_artist) +
          share(audio, id, parameters.weight_audio) +
          share(popular, id, parameters.weight_popularity),
      );
    }
    const { ids, scores } = best.drain();
    names(input.itemIds, input.seeds, listener);
    text.code(NEWLINE);
    names(input.artistIds, input.artistSeeds, listener);
    knowArtists(listener, true);
    for (let at = 0; at < ids.length; at++) line(ids[at]!, scores[at]!);
    knowArtists(listener, false);
    bar(listener, 0);
    for (const generator of generators) generator.clear();
    return ids.length;
  };

  return (first, last) => {
    const listenerIds: string[] = [];
    const candidates: number[] = [];
    const offsets = [0];
    for (let listener = first; listener <= last; listener++) {
      if (input.seeds.offsets[listener] === input.seeds.offsets[listener + 1]) continue;
      candidates.push(write(listener));
      listenerIds.push(input.listenerIds[listener]!);
      offsets.push(text.length);
    }
    return {
      listenerIds,
      candidates: Int32Array.from(candidates),
      pools: { bytes: text.take(), offsets: Int32Array.from(offsets) },
    };
  };
}

function addRow(generator: Generator, rows: SparseRows, id: number, taste: number, seed: number): void {
  for (let at = rows.offsets[id]!; at < rows.offsets[id + 1]!; at++)
    generator.add(rows.ids[at]!, taste * rows.scores[at]!, seed);
}
