/**
 * stages/listener_pools.sql on typed arrays: generators accumulate per listener, each is scaled to its best
 * candidate, weighed, summed, and the best are written out as text. Equal to the SQL to the last character.
 */
import { Best } from './best.ts';
import { Generator, type SparseRows, StrongestSeeds } from './generator.ts';
import type { PoolsInput, PoolsOutput } from './pools-input.ts';
import { type PackedTexts, TextWriter } from './text-writer.ts';

/** Heard or rejected; proposed by another generator than co-listening. */
const BARRED = 1;
const OTHER = 2;

const TAB = 9;
const NEWLINE = 10;
const DOT = 46;
const LETTER_A = 97;
const LETTER_B = 98;
const LETTER_C = 99;
const LETTER_G = 103;
const LETTER_P = 112;
const LETTER_R = 114;
const LETTER_S = 115;

/** 1 for what came out lately. */
function newRecordings({ newReleases }: PoolsInput, size: number): Uint8Array {
  const found = new Uint8Array(size);
  for (const { ids } of newReleases) for (const id of ids) found[id] = 1;
  return found;
}

/** Makes the function that writes the pools of listeners first to last; its scratch memory is reused. */
export function pools(input: PoolsInput): (first: number, last: number) => PoolsOutput {
  const size = input.itemIds.offsets.length - 1;
  const artistCount = input.artistIds.offsets.length - 1;
  const { parameters } = input;
  const co = new Generator(size);
  const byArtist = new Generator(size);
  const releases = new Generator(size);
  const audio = new Generator(size);
  const tags = new Generator(size);
  const popular = new Generator(size);
  const artists = new Generator(artistCount);
  const coSeeds = new StrongestSeeds(size, parameters.pool_size);
  const audioSeeds = new StrongestSeeds(size, parameters.pool_size);
  const tagSeeds = new StrongestSeeds(size, parameters.pool_size);
  const artistSeeds = new Int32Array(artistCount);
  const artistStrongest = new Float64Array(artistCount);
  const isOwn = new Uint8Array(artistCount);
  const others = [byArtist, releases, audio, tags, popular];
  const isNew = newRecordings(input, size);
  const flags = new Uint8Array(size);
  const plainIds = new Int32Array(size);
  const plainScores = new Float64Array(size);
  const playsOf = new Float64Array(artistCount);
  const openPlaysOf = new Float64Array(artistCount);
  const isHome = new Uint8Array(input.genreCount + 1);
  const best = new Best(parameters.pool_size);
  const text = new TextWriter();
  const { seeds } = input;

  /** What the listener's seeds propose, by co-listening, by sound and by tags. */
  const proposeBySeeds = (listener: number) => {
    for (let at = seeds.offsets[listener]!; at < seeds.offsets[listener + 1]!; at++) {
      const taste = seeds.scores[at]!;
      if (taste <= 0) continue;
      co.addRow(input.neighbours, seeds.ids[at]!, taste);
      if (input.seedPreferences[at]! <= parameters.pool_audio_seeds)
        audio.addRow(input.audioNeighbours, seeds.ids[at]!, taste);
      if (input.seedPreferences[at]! <= parameters.pool_tag_seeds)
        tags.addRow(input.tagNeighbours, seeds.ids[at]!, taste);
    }
  };

  /** Which of those seeds led to each chosen id. */
  const findSeeds = (listener: number, chosen: Int32Array) => {
    coSeeds.choose(chosen, true);
    audioSeeds.choose(chosen, true);
    tagSeeds.choose(chosen, true);
    const start = seeds.offsets[listener]!;
    for (let at = start; at < seeds.offsets[listener + 1]!; at++) {
      const taste = seeds.scores[at]!;
      if (taste <= 0) continue;
      coSeeds.offerRow(input.neighbours, seeds.ids[at]!, taste, at - start);
      if (input.seedPreferences[at]! <= parameters.pool_audio_seeds)
        audioSeeds.offerRow(input.audioNeighbours, seeds.ids[at]!, taste, at - start);
      if (input.seedPreferences[at]! <= parameters.pool_tag_seeds)
        tagSeeds.offerRow(input.tagNeighbours, seeds.ids[at]!, taste, at - start);
    }
  };

  const wantArtist = (artist: number, score: number, seed: number) => {
    if (!artists.has(artist) || score > artistStrongest[artist]!) {
      artistStrongest[artist] = score;
      artistSeeds[artist] = seed;
    }
    artists.add(artist, score);
  };

  const proposeByArtist = (listener: number) => {
    const { artistNeighbours } = input;
    const { offsets, ids, scores } = input.artistSeeds;
    const start = offsets[listener]!;
    for (let at = start; at < offsets[listener + 1]!; at++) {
      const artist = ids[at]!;
      const taste = scores[at]!;
      if (at - start < parameters.pool_own_artists) {
        wantArtist(artist, Math.floor((taste * parameters.own_artist_score) / 1000), at - start);
        isOwn[artist] = 1;
      }
      if (at - start >= parameters.pool_artists) continue;
      for (let of = artistNeighbours.offsets[artist]!; of < artistNeighbours.offsets[artist + 1]!; of++)
        wantArtist(
          artistNeighbours.ids[of]!,
          Math.floor((taste * artistNeighbours.scores[of]!) / 1000),
          at - start,
        );
    }
    const kind = input.listenerKind[listener] === 1 ? 1 : 0;
    const tracks = input.artistTracks[kind];
    const released = input.newReleases[kind];
    for (let at = 0; at < artists.count; at++) {
      const artist = artists.touched[at]!;
      const wanted = artists.scores[artist]! - 1;
      if (wanted <= 0) continue;
      const own = isOwn[artist] === 1;
      const deepest = own ? parameters.pool_tracks_per_own_artist : parameters.pool_tracks_per_artist;
      let unheard = 0;
      if (own)
        for (let of = released.offsets[artist]!; of < released.offsets[artist + 1]!; of++) {
          const id = released.ids[of]!;
          if (flags[id] === BARRED) continue;
          unheard += 1;
          if (unheard > deepest) break;
          byArtist.add(id, Math.floor((wanted * 10) / (9 + unheard)));
          releases.add(id, released.scores[of]!);
        }
      for (let of = tracks.offsets[artist]!; of < tracks.offsets[artist + 1]!; of++) {
        const id = tracks.ids[of]!;
        if (flags[id] === BARRED || (own && isNew[id] === 1)) continue;
        unheard += 1;
        const place = own ? unheard : tracks.scores[of]!;
        if (place > deepest) break;
        byArtist.add(id, Math.floor((wanted * 10) / (9 + place)));
      }
    }
    for (let at = 0; at < artists.count; at++) isOwn[artists.touched[at]!] = 0;
    artists.clear();
  };

  const proposePopular = (listener: number) => {
    const { ids, scores } = input.popular[input.listenerKind[listener] === 1 ? 1 : 0];
    for (let at = 0; at < ids.length; at++) popular.add(ids[at]!, scores[at]!);
  };

  const bar = (listener: number, flag: number) => {
    for (const { offsets, ids } of [input.heard, input.rejected])
      for (let at = offsets[listener]!; at < offsets[listener + 1]!; at++) flags[ids[at]!] = flag;
  };

  const knowArtists = (listener: number, known: boolean) => {
    const { offsets, ids, scores } = input.artistPlays;
    for (let at = offsets[listener]!; at < offsets[listener + 1]!; at++) {
      playsOf[ids[at]!] = known ? scores[at]! : 0;
      openPlaysOf[ids[at]!] = known ? input.openPlays[at]! : 0;
    }
  };

  const knowGenres = (listener: number, known: number) => {
    const { offsets, ids } = input.homeGenres;
    for (let at = offsets[listener]!; at < offsets[listener + 1]!; at++) isHome[ids[at]!] = known;
  };

  /** True where artist and genres are all foreign to the listener. */
  const broadens = (listener: number, id: number): boolean => {
    const artist = input.artistOf[id]!;
    if (artist === 0 || playsOf[artist]! > 0 || input.hasGenres[listener] === 0) return false;
    const { offsets, ids } = input.genres;
    for (let at = offsets[id]!; at < offsets[id + 1]!; at++) if (isHome[ids[at]!] === 1) return false;
    return offsets[id + 1]! > offsets[id]!;
  };

  /** Ids that only co-listening proposed, by far the most: kept apart, since one number decides about them. */
  const gather = (): number => {
    for (const generator of others)
      for (let at = 0; at < generator.count; at++) {
        const id = generator.touched[at]!;
        const barred = flags[id] === BARRED || flags[id] === (BARRED | OTHER);
        flags[id] = barred ? BARRED | OTHER : OTHER;
        if (!barred && generator.scores[id]! - 1 > generator.max) generator.max = generator.scores[id]! - 1;
      }
    let count = 0;
    for (let at = 0; at < co.count; at++) {
      const id = co.touched[at]!;
      const flag = flags[id]!;
      if (flag !== 0 && flag !== OTHER) continue;
      const score = co.scores[id]! - 1;
      if (score > co.max) co.max = score;
      if (flag === OTHER) continue;
      plainIds[count] = id;
      plainScores[count++] = score;
    }
    return count;
  };

  const choose = (): { ids: Int32Array; scores: Float64Array } => {
    const plain = gather();
    best.clear();
    for (const generator of others)
      for (let at = 0; at < generator.count; at++) {
        const id = generator.touched[at]!;
        if (flags[id] !== OTHER) continue;
        // Cleared at the first generator, so that each id is offered once.
        flags[id] = 0;
        best.offer(
          id,
          co.scaled(id) * parameters.weight_co_listening +
            byArtist.scaled(id) * parameters.weight_artist +
            audio.scaled(id) * parameters.weight_audio +
            tags.scaled(id) * parameters.weight_tags +
            popular.scaled(id) * parameters.weight_popularity,
        );
      }
    const weight = parameters.weight_co_listening;
    const unit = (weight * 1_000_000) / co.max;
    for (let at = 0; at < plain; at++) {
      // Most cannot reach the pool. Rounding moves a share by half its weight at most: a whole one is safe.
      if (plainScores[at]! * unit + weight < best.threshold) continue;
      best.offer(plainIds[at]!, Math.round((plainScores[at]! * 1_000_000) / co.max) * weight);
    }
    return best.drain();
  };

  const totalWeight = Math.max(
    1,
    parameters.weight_co_listening +
      parameters.weight_artist +
      parameters.weight_audio +
      parameters.weight_tags +
      parameters.weight_popularity,
  );
  const thousandths = (millionths: number) => Math.floor(millionths / 1000);

  const evidence = (letter: number, generator: Generator, id: number) => {
    text.code(letter);
    text.integer(thousandths(generator.scaled(id)));
  };

  const seed = (place: number) => {
    text.code(DOT);
    text.integer(place);
  };

  const names = (texts: PackedTexts, rows: SparseRows, listener: number) => {
    const start = rows.offsets[listener]!;
    for (let at = start; at < rows.offsets[listener + 1]!; at++) {
      if (at > start) text.code(TAB);
      text.packed(texts, rows.ids[at]!);
    }
  };

  const line = (listener: number, id: number, score: number) => {
    text.code(NEWLINE);
    text.packed(input.features, id);
    text.code(TAB);
    text.integer(Math.floor(score / totalWeight));
    text.code(TAB);
    const plays = playsOf[input.artistOf[id]!]!;
    const open = openPlaysOf[input.artistOf[id]!]!;
    text.integer(plays);
    if (open < plays) {
      text.code(DOT);
      text.integer(open);
    }
    text.code(TAB);
    if (co.has(id)) {
      evidence(LETTER_C, co, id);
      seed(coSeeds.of(id));
    }
    if (byArtist.has(id)) {
      evidence(LETTER_A, byArtist, id);
      seed(artistSeeds[input.artistOf[id]!]!);
    }
    if (releases.has(id)) {
      evidence(LETTER_R, releases, id);
      seed(artistSeeds[input.artistOf[id]!]!);
    }
    if (audio.has(id)) {
      evidence(LETTER_S, audio, id);
      seed(audioSeeds.of(id));
    }
    if (tags.has(id)) {
      evidence(LETTER_G, tags, id);
      seed(tagSeeds.of(id));
    }
    if (popular.has(id)) evidence(LETTER_P, popular, id);
    if (broadens(listener, id)) {
      text.code(LETTER_B);
      text.integer(1);
    }
  };

  /** Writes the pool and returns how many candidates are in it. */
  const write = (listener: number): number => {
    bar(listener, BARRED);
    proposeBySeeds(listener);
    proposeByArtist(listener);
    proposePopular(listener);
    const { ids, scores } = choose();
    findSeeds(listener, ids);
    names(input.itemIds, input.seeds, listener);
    text.code(NEWLINE);
    names(input.artistIds, input.artistSeeds, listener);
    text.packed(input.modelLine, 1);
    knowArtists(listener, true);
    knowGenres(listener, 1);
    for (let at = 0; at < ids.length; at++) line(listener, ids[at]!, scores[at]!);
    knowGenres(listener, 0);
    knowArtists(listener, false);
    bar(listener, 0);
    coSeeds.choose(ids, false);
    audioSeeds.choose(ids, false);
    tagSeeds.choose(ids, false);
    co.clear();
    for (const generator of others) generator.clear();
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
