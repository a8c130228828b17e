/** One listener's events in time order: sittings of tracks that follow one another, and podcasts. */
import { EVENT_VERSION, type EventContext, type EventType, type ListeningEvent } from '../domain/event.ts';
import type { CatalogueItem } from '../domain/item.ts';
import type { Random } from '../random.ts';
import type { SimulatedCatalogue } from './catalogue.ts';
import { chooseTrack, startThread, type Thread } from './choice.ts';
import { initialLibrary, type Library } from './library.ts';
import type { SimulatedEpisode } from './podcasts.ts';
import { type Response, respond } from './response.ts';
import { planSittings, SITTING_GAP_MS, type Sitting } from './sittings.ts';
import type { ListenerProfile } from './tastes.ts';
import { SOURCE } from './tracks.ts';

const PRIVATE_SHARE = 0.012;
/** Longest time from an event to its arrival. */
const LONGEST_DELAY_MS = 6000;
const SURFACES = ['library', 'library', 'playlist', 'playlist', 'album', 'radio', 'home', 'search'];

/** Everything that one listener's part of the community is made from. */
export interface Listening {
  readonly random: Random;
  readonly profile: ListenerProfile;
  readonly catalogue: SimulatedCatalogue;
  readonly window: { readonly endAt: number; readonly days: number };
  /** Gives each event an id that no other has. */
  readonly nextEventId: () => string;
}

/** What the events of one sitting share, and how far its clock has come. */
interface Scene {
  readonly context: EventContext;
  readonly private: boolean;
  now: number;
}

/**
 * Events of one listener in order of `occurredAt`, none received at or after the window's end. A listen occurs
 * when it ends, feedback while the track plays.
 */
export function* listen(listening: Listening): Generator<ListeningEvent, void, undefined> {
  const { random, profile, catalogue, window } = listening;
  const library = initialLibrary(random, profile, catalogue);
  const nextEpisode = new Map<number, number>();
  let free = Number.NEGATIVE_INFINITY;
  for (const [number, sitting] of planSittings(random, profile, window).entries()) {
    const start = Math.max(sitting.start, free);
    if (start >= window.endAt) return;
    const surface = random.pick(SURFACES);
    const scene: Scene = {
      context: {
        surface: sitting.podcast ? 'podcasts' : surface,
        sessionId: `${profile.listenerId}-${number}`,
      },
      private: random.chance(PRIVATE_SHARE),
      now: start,
    };
    const events = sitting.podcast
      ? podcastSitting(listening, scene, nextEpisode)
      : musicSitting(listening, scene, sitting, library);
    for (const event of events) {
      if (event.receivedAt >= window.endAt) return;
      yield event;
    }
    free = scene.now + SITTING_GAP_MS;
  }
}

function* musicSitting(
  listening: Listening,
  scene: Scene,
  sitting: Sitting,
  library: Library,
): Generator<ListeningEvent, void, undefined> {
  const { random, profile, catalogue } = listening;
  const thread = startThread(random, profile, calmness(scene.now));
  for (let position = 0; position < sitting.tracks; position++) {
    const before = thread.previous === undefined ? undefined : catalogue.tracks[thread.previous];
    const index = chooseTrack(random, thread, profile, library, catalogue);
    const track = catalogue.tracks[index];
    if (!track) return;
    const response = respond(
      random,
      {
        familiar: library.has(index),
        favourite: profile.favourites.includes(track.artist),
        genreShare: profile.genreShares[track.genre] ?? 0,
        tempoJump: before ? Math.abs(Math.log2(track.tempo / before.tempo)) : 0,
        impatience: profile.impatience,
      },
      track.durationMs,
    );
    if (position === 0 && scene.context.surface === 'search')
      yield makeEvent(listening, scene, 'search_click', track.item, scene.now);
    yield* hear(listening, { ...scene, context: { ...scene.context, position } }, track, response);
    scene.now += response.msPlayed + random.int(1500);
    remember(random, library, index, response);
    if (response.rejected) settle(random, thread, before === undefined);
  }
}

/** Something new that was heard out may be played again; what was kept will be. */
function remember(random: Random, library: Library, track: number, response: Response): void {
  const kept = response.feedback !== undefined && response.feedback !== 'dislike';
  if (kept || (!response.rejected && random.chance(0.3))) library.add(random, track);
}

/** After a skip the thread sometimes starts over, so that the next track need not resemble the skipped one. */
function settle(random: Random, thread: Thread, first: boolean): void {
  if (first || random.chance(0.3)) thread.previous = undefined;
}

function* podcastSitting(
  listening: Listening,
  scene: Scene,
  nextEpisode: Map<number, number>,
): Generator<ListeningEvent, void, undefined> {
  const { random, profile, catalogue } = listening;
  const show = random.pick(profile.shows);
  const episodes = catalogue.shows[show]?.episodes ?? [];
  const at = nextEpisode.get(show) ?? random.int(Math.max(1, episodes.length));
  const episode = episodes[at % Math.max(1, episodes.length)];
  if (!episode) return;
  const response = hearEpisode(random, episode);
  // An episode that was left halfway may be resumed, the next one follows a completed one.
  nextEpisode.set(show, response.msPlayed === episode.durationMs || random.chance(0.5) ? at + 1 : at);
  yield* hear(listening, scene, episode, response);
  scene.now += response.msPlayed;
}

function hearEpisode(random: Random, { durationMs }: SimulatedEpisode): Response {
  const rejected = random.chance(0.15);
  const complete = !rejected && random.chance(0.6);
  const msPlayed = rejected
    ? 2000 + random.int(26_000)
    : Math.round(durationMs * (0.1 + 0.8 * random.next()));
  return {
    msPlayed: complete ? durationMs : msPlayed,
    skipped: rejected && random.chance(0.5),
    rejected,
    feedback: complete && random.chance(0.03) ? 'save' : undefined,
  };
}

function* hear(
  listening: Listening,
  scene: Scene,
  thing: { readonly item: CatalogueItem; readonly durationMs: number },
  response: Response,
): Generator<ListeningEvent, void, undefined> {
  const end = scene.now + response.msPlayed;
  if (response.feedback) {
    const during = scene.now + Math.floor(response.msPlayed * listening.random.next());
    yield makeEvent(listening, scene, response.feedback, thing.item, during);
  }
  const heard = makeEvent(listening, scene, 'listen', thing.item, end);
  yield {
    ...heard,
    msPlayed: response.msPlayed,
    durationMs: thing.durationMs,
    skipped: response.skipped,
  };
}

function makeEvent(
  listening: Listening,
  scene: Scene,
  type: EventType,
  item: CatalogueItem,
  occurredAt: number,
): ListeningEvent {
  const { random, profile, nextEventId } = listening;
  const playlistId = `${profile.listenerId}-playlist-${random.int(3)}`;
  return {
    version: EVENT_VERSION,
    type,
    eventId: nextEventId(),
    listenerId: profile.listenerId,
    itemId: item.itemId,
    recordingId: item.recordingId,
    artistId: item.artistId,
    occurredAt,
    receivedAt: occurredAt + 1000 + random.int(LONGEST_DELAY_MS - 1000),
    msPlayed: null,
    durationMs: null,
    skipped: false,
    plays: 1,
    private: scene.private,
    context: type === 'playlist_add' ? { ...scene.context, playlistId } : scene.context,
    source: SOURCE,
  };
}

/** 0 (afternoon) to 1 (small hours), by UTC hour: sittings at night are calmer. */
function calmness(time: number): number {
  const hour = (time / 3_600_000) % 24;
  return 0.5 + 0.5 * Math.cos(((hour - 3) / 24) * 2 * Math.PI);
}
