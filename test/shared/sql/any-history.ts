/**
 * Arbitrary histories. Their sizes shrink, what fills them comes of a seed: repeated and conflicting ids, ties in
 * time, private and aggregated listens, withdrawn feedback, exclusions, erasures, items of every kind and of none.
 */
import fc from 'fast-check';
import { EVENT_VERSION, type ListeningEvent } from '../../../shared/domain/event.ts';
import { bareItem, type CatalogueItem } from '../../../shared/domain/item.ts';
import { DAY_MS, MINUTE_MS } from '../../../shared/domain/time.ts';
import type { TableRow } from '../../../shared/schema/tables.ts';
import type { ArtistFeatures, ControlChange, History } from './stage-fixture.ts';

/** 2026-01-01T00:00:00Z. */
export const CUTOFF = 1_767_225_600_000;
const ARTISTS = 9;
const GENRES = ['rock', 'jazz', 'drum and bass', 'schlager'];

/** Mulberry32: a stream of draws that a seed repeats. */
class Draws {
  #state: number;

  constructor(seed: number) {
    this.#state = seed >>> 0;
  }

  share(): number {
    this.#state = (this.#state + 0x6d2b79f5) >>> 0;
    let t = this.#state;
    t = Math.imul(t ^ (t >>> 15), t | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  }

  below(n: number): number {
    return Math.floor(this.share() * n);
  }

  chance(p: number): boolean {
    return this.share() < p;
  }

  of<T>(values: readonly T[]): T {
    return values[this.below(values.length)] as T;
  }

  or<T>(values: readonly T[], p = 0.8): T | null {
    return this.chance(p) ? this.of(values) : null;
  }
}

export interface Sizes {
  readonly seed: number;
  readonly listeners: number;
  readonly recordings: number;
  /** Runs of events per listener. */
  readonly runs: number;
}

const artistOf = (recording: number): string | null =>
  recording % 7 === 0 ? null : `a${(recording * 5) % ARTISTS}`;
const idOf = (recording: number): string => `r${String(recording).padStart(2, '0')}`;
const isDescribed = (recording: number): boolean => recording % 11 !== 3;

/** Releases disagree; no draw, so that what a seed draws besides is what it was without. */
const popularityOf = (recording: number, release: number): number | null =>
  (recording + release) % 3 === 0 ? null : ([0, 100, 45, 80, 7][(recording * 3 + release) % 5] as number);

/** Mostly one that its release may be of. */
const yearOf = (recording: number, drawn: number | null): number | null =>
  recording % 4 === 0 ? drawn : recording % 4 === 1 ? null : 2025 + (recording % 2);

/** Of two thirds a day, lately, long ago or still to come; releases disagree. No draw, as above. */
const releasedAtOf = (recording: number, release: number): number | null =>
  recording % 3 === 1
    ? null
    : CUTOFF - ([0, 1, 27, 28, 29, 400, -1, 3, 3][(recording + 4 * release) % 9] as number) * DAY_MS;

function itemsOf(draws: Draws, recordings: number): CatalogueItem[] {
  const items: CatalogueItem[] = [];
  for (let recording = 0; recording < recordings; recording++) {
    if (!isDescribed(recording)) continue;
    for (let release = 0; release <= (draws.chance(0.3) ? 1 : 0); release++)
      items.push({
        ...bareItem(`${idOf(recording)}-i${release}`, 'generated', CUTOFF - draws.below(3) * DAY_MS),
        recordingId: idOf(recording),
        kind: recording % 10 === 4 ? 'episode' : recording % 6 === 1 ? 'artist' : 'track',
        title: draws.or(['Song', 'Other "song"', 'Ünder\\way']),
        artist: draws.or(['Somebody', 'Nobody']),
        artistId: draws.chance(0.9) ? artistOf(recording) : null,
        album: recording % 3 === 0 ? null : `Side\t${recording % 4}\nRelease ${release}`,
        genres: Array.from({ length: draws.below(4) }, () => draws.of(GENRES)),
        tempo: draws.or([0, 33.3, 65, 70.04, 79.96, 90, 96, 128, 128.05, 140, 160, 200]),
        key: draws.or([-1, 0, 3, 7, 11]),
        mode: draws.or([0, 1]),
        energy: draws.or([0, 0.1995, 0.2, 0.5, 0.61, 0.65, 1]),
        valence: draws.or([0, 0.25, 0.5, 0.9]),
        year: yearOf(recording, draws.or([1969, 1994, 1999, 2004, 2024])),
        explicit: draws.or([true, false]),
        durationMs: draws.or([0, 20_000, 31_000, 200_000]),
        popularity: popularityOf(recording, release),
        releasedAt: releasedAtOf(recording, release),
      });
    // Every fifth is described again, sooner or later: of its first release a day is put off, or another year told.
    const again = items.at(-1);
    if (recording % 5 === 2 && again !== undefined)
      items.push({
        ...again,
        year: recording % 2 === 0 ? null : 1999,
        releasedAt: again.releasedAt === null ? CUTOFF - 5 * DAY_MS : again.releasedAt + 2 * DAY_MS,
        updatedAt: again.updatedAt + ((recording % 3) - 1) * DAY_MS,
      });
  }
  return items;
}

/** One listener's events, with the ids that earlier listeners used to collide with. */
class Author {
  readonly events: ListeningEvent[] = [];
  readonly #draws: Draws;
  readonly #recordings: number;
  #made = 0;

  constructor(draws: Draws, recordings: number) {
    this.#draws = draws;
    this.#recordings = recordings;
  }

  event(listenerId: string, recording: number, occurredAt: number, fields: Partial<ListeningEvent>): void {
    const draws = this.#draws;
    this.#made += 1;
    const recordingId = idOf(recording);
    const event: ListeningEvent = {
      version: EVENT_VERSION,
      type: 'listen',
      eventId: `e${String((this.#made * 7919) % 10_007).padStart(5, '0')}`,
      listenerId,
      itemId: isDescribed(recording) ? `${recordingId}-i${draws.chance(0.2) ? 1 : 0}` : recordingId,
      recordingId,
      artistId: draws.chance(0.8) ? artistOf(recording) : null,
      occurredAt,
      receivedAt: occurredAt + draws.of([0, 1, 5_000, DAY_MS]),
      msPlayed: draws.or([0, 5_000, 19_000, 29_450, 29_999, 30_000, 150_000, 190_000, 400_000], 0.7),
      durationMs: draws.or([0, 20_000, 200_000], 0.5),
      skipped: draws.chance(0.06),
      plays: draws.chance(0.06) ? 2 + draws.below(20) : 1,
      private: draws.chance(0.12),
      context: draws.chance(0.2) ? { playlistId: `p${draws.below(3)}` } : {},
      source: 'generated',
      ...fields,
    };
    this.events.push(event);
    if (draws.chance(0.08)) this.#again(event);
  }

  #again(event: ListeningEvent): void {
    const draws = this.#draws;
    const later = event.receivedAt + draws.of([1, MINUTE_MS, DAY_MS]);
    const another = draws.below(this.#recordings);
    const repeat = draws.of<Partial<ListeningEvent>>([
      { receivedAt: event.receivedAt },
      { receivedAt: later },
      { receivedAt: later, msPlayed: 1_000 },
      { receivedAt: later, type: event.type === 'save' ? 'dislike' : 'save', plays: 1 },
      { receivedAt: later, recordingId: idOf(another), itemId: idOf(another), artistId: null },
      { receivedAt: later, listenerId: `${event.listenerId}b` },
    ]);
    this.events.push({ ...event, ...repeat });
  }
}

function listen(author: Author, draws: Draws, listenerId: string, { recordings, runs }: Sizes): void {
  const favourites = Array.from({ length: 1 + draws.below(8) }, () => draws.below(recordings));
  const pick = () => (draws.chance(0.7) ? draws.of(favourites) : draws.below(recordings));
  for (let run = 0; run < runs; run++) {
    let at = CUTOFF - draws.of([1, 2, 40, 95, 181, 200, 300]) * DAY_MS - draws.below(24) * 60 * MINUTE_MS;
    if (draws.chance(0.25)) {
      const habit = draws.of(favourites);
      for (let play = 0; play < 4 + draws.below(4); play++) {
        author.event(listenerId, habit, at, draws.chance(0.8) ? { msPlayed: 190_000, skipped: false } : {});
        at -= draws.of([0, 1, 10, 30, 45]) * DAY_MS;
      }
    } else if (draws.chance(0.3)) {
      for (let said = 0; said <= draws.below(4); said++) {
        const type = draws.of(['save', 'unsave', 'like', 'dislike', 'playlist_add', 'search_click'] as const);
        author.event(listenerId, draws.of(favourites), at, {
          type,
          plays: 1,
          msPlayed: null,
          skipped: false,
        });
        at += draws.of([0, 0, MINUTE_MS]);
      }
    } else {
      for (let play = 0; play < 1 + draws.below(6); play++) {
        author.event(listenerId, pick(), at, draws.chance(0.03) ? { receivedAt: CUTOFF } : {});
        at += draws.of([0, 1, 4 * MINUTE_MS, 30 * MINUTE_MS, 30 * MINUTE_MS + 1]);
      }
    }
  }
}

function controlsOf(draws: Draws, { listeners, recordings }: Sizes): ControlChange[] {
  return Array.from({ length: listeners }, () => {
    const recording = draws.below(Math.max(1, recordings));
    return {
      listenerId: `l${String(draws.below(listeners)).padStart(2, '0')}`,
      kind: draws.of([
        'exclude-from-taste',
        'dislike',
        'do-not-recommend',
        'snooze-artist',
        'explicit-filter',
      ]),
      target: draws.of([
        idOf(recording),
        `${idOf(recording)}-i0`,
        `${idOf(recording)}-i1`,
        artistOf(recording) ?? 'a0',
        `p${recording % 3}`,
      ]),
      active: draws.chance(0.8),
      until: draws.or([CUTOFF - 1, CUTOFF, CUTOFF + 1], 0.3),
      changedAt: CUTOFF - draws.below(400) * DAY_MS,
    };
  });
}

function artistFeaturesOf(draws: Draws): ArtistFeatures[] {
  return Array.from({ length: 8 }, () => ({
    artistId: `a${draws.below(ARTISTS + 2)}`,
    name: draws.or(['Known', 'Known too']),
    tempo: draws.or([100, 150]),
    energy: draws.or([0.4, 0.7]),
    valence: draws.or([0.1, 0.8]),
    updatedAt: CUTOFF - draws.below(3) * DAY_MS,
  }));
}

/**
 * What was served of recordings that listeners came to, mostly before they did, and again later; of draws of its own, so
 * that the rest of a history is what it is without.
 */
function impressionsOf(events: readonly ListeningEvent[], seed: number): TableRow[] {
  const draws = new Draws(seed + 1);
  const firsts = new Map<string, ListeningEvent>();
  for (const event of events) {
    const pair = `${event.listenerId} ${event.recordingId}`;
    if (event.occurredAt < (firsts.get(pair)?.occurredAt ?? Number.POSITIVE_INFINITY))
      firsts.set(pair, event);
  }
  return [...firsts.values()].flatMap(({ listenerId, recordingId, itemId, occurredAt }) =>
    Array.from({ length: draws.below(4) }, (_, at) => ({
      impression_id: `m${draws.below(5)}`,
      listener_id: draws.chance(0.05) ? 'nobody' : listenerId,
      surface: draws.of(['discover-weekly', 'next']),
      build_id: draws.or(['b0', 'b1']),
      served_at: occurredAt - draws.of([-3_600_000, 0, 1, MINUTE_MS, 2 * DAY_MS, 7 * DAY_MS, 8 * DAY_MS]),
      position: at,
      item_id: itemId,
      recording_id: draws.or([recordingId], 0.9),
      source: 'co_listening',
      notion: 'new_track',
      score: 0.5,
      propensity: 1,
      evidence: draws.of([null, '', 'c1000', 'c49a50p5', 'a951g449', 's730c12v3', 'n9']),
      artist_plays: draws.or([0, 1, 5, 44, 10_000], 0.9),
    })),
  );
}

/** The history of these sizes and this seed: always the same one. */
export function historyOf(sizes: Sizes): History {
  const draws = new Draws(sizes.seed);
  const items = itemsOf(draws, sizes.recordings);
  const author = new Author(draws, sizes.recordings);
  const erasures: { listenerId: string; erasedAt: number }[] = [];
  for (let listener = 0; listener < sizes.listeners; listener++) {
    const listenerId = `l${String(listener).padStart(2, '0')}`;
    if (sizes.recordings > 0) listen(author, draws, listenerId, sizes);
    if (draws.chance(0.1))
      erasures.push({ listenerId, erasedAt: CUTOFF - draws.of([0, 100, 250, 1000]) * DAY_MS });
  }
  return {
    events: author.events,
    items,
    artistFeatures: artistFeaturesOf(draws),
    controls: controlsOf(draws, sizes),
    erasures,
    impressions: impressionsOf(author.events, sizes.seed),
    cutoff: CUTOFF,
  };
}

/** Mostly of the second range; what fails shrinks into the first. */
const sized = (few: number, from: number, to: number) =>
  fc.noBias(
    fc.oneof(
      { withCrossShrink: true },
      { weight: 1, arbitrary: fc.nat({ max: few }) },
      { weight: 5, arbitrary: fc.integer({ min: from, max: to }) },
    ),
  );

/** 10 to 40 listeners and 20 to 80 recordings, seldom fewer or none. */
export const anyHistory: fc.Arbitrary<History> = fc
  .record({
    seed: fc.noBias(fc.nat()),
    listeners: sized(9, 10, 40),
    recordings: sized(19, 20, 80),
    runs: sized(2, 4, 9),
  })
  .map(historyOf);

/** One history with some of everything: a test that counts what it compared gets it first, so that no luck decides. */
export const CROWD: History = historyOf({ seed: 5, listeners: 60, recordings: 80, runs: 9 });

/**
 * So many runs, these arguments before any that are drawn; a failure is not shrunk for ever, since each step runs a
 * pipeline.
 */
export const runs = <const Arguments extends readonly unknown[]>(numRuns: number, ...first: Arguments[]) => ({
  numRuns,
  interruptAfterTimeLimit: 20_000,
  examples: first as { -readonly [At in keyof Arguments]: Arguments[At] }[],
});
