/** A believable listening community out of a seed: a catalogue, listeners with tastes, and what they did. */
import type { ListeningEvent } from '../domain/event.ts';
import type { CatalogueItem } from '../domain/item.ts';
import { InvalidInput } from '../errors.ts';
import { createRandom } from '../random.ts';
import { generateCatalogue } from './catalogue.ts';
import { listen } from './listening.ts';
import { DAY_MS } from './sittings.ts';
import { drawActivity, generateListener, type ListenerProfile } from './tastes.ts';

export interface CommunityOptions {
  /** Any whole number; equal options give equal communities on every machine. */
  readonly seed: number;
  /** Epoch milliseconds: everything was received before. */
  readonly endAt: number;
  /** 250 unless told. */
  readonly listeners?: number;
  /** 2,000 unless told. */
  readonly tracks?: number;
  /** 120 unless told; ten to a show. */
  readonly episodes?: number;
  /** 90 unless told. */
  readonly days?: number;
  /** About how many listens in all; 240 per listener unless told. */
  readonly listens?: number;
}

export interface Community {
  readonly items: readonly CatalogueItem[];
  /** Listener after listener, each in time order; made anew, and the same, by every iteration. */
  readonly events: Iterable<ListeningEvent>;
  /** A listener with a rich, typical history. */
  readonly showcase: { readonly listenerId: string };
}

const DEFAULTS = { listeners: 250, tracks: 2000, episodes: 120, days: 90 };
const LISTENS_PER_LISTENER = 240;
/** The showcase is found among the listeners whose activity is at this quantile. */
const SHOWCASE_QUANTILE = 0.9;

/**
 * Generates a community lazily: memory holds the catalogue and one listener at a time.
 * Throws InvalidInput naming the option that is out of range.
 */
export function generateCommunity(options: CommunityOptions): Community {
  const { seed, endAt, listeners, tracks, episodes, days } = { ...DEFAULTS, ...options };
  const listens = options.listens ?? listeners * LISTENS_PER_LISTENER;
  requireWhole({ seed, endAt }, Number.MIN_SAFE_INTEGER);
  requireWhole({ listeners, tracks, days, listens }, 1);
  requireWhole({ episodes }, 0);
  const window = { endAt, days };
  const catalogue = generateCatalogue({ seed, tracks, episodes, updatedAt: endAt - days * DAY_MS });
  const activity = drawActivity(seed, listeners);
  const streamOf = (index: number) => createRandom(seed, `listener:${index}`);
  const profileOf = (index: number, random = streamOf(index)) =>
    generateListener(random, catalogue, {
      listenerId: `listener-${String(index + 1).padStart(4, '0')}`,
      plannedListens: ((activity[index] ?? 0) * listens) / listeners,
    });
  const listenAs = (index: number, nextEventId: () => string) => {
    const random = streamOf(index);
    return listen({ random, profile: profileOf(index, random), catalogue, window, nextEventId });
  };
  function* events(): Generator<ListeningEvent, void, undefined> {
    let made = 0;
    const nextEventId = () => `gen:${made++}`;
    for (let index = 0; index < listeners; index++) yield* listenAs(index, nextEventId);
  }
  const showcase = chooseShowcase(activity, (index) => ({
    profile: profileOf(index),
    events: listenAs(index, () => ''),
    endAt,
  }));
  return {
    items: catalogue.items,
    events: { [Symbol.iterator]: events },
    showcase: { listenerId: profileOf(showcase).listenerId },
  };
}

interface Candidate {
  readonly profile: ListenerProfile;
  readonly events: Iterable<ListeningEvent>;
  readonly endAt: number;
}

/** Of the listeners around the quantile of activity, the one with the fullest diary and ordinary habits. */
function chooseShowcase(activity: Float64Array, candidate: (index: number) => Candidate): number {
  const order = Array.from(activity.keys()).sort((a, b) => (activity[a] ?? 0) - (activity[b] ?? 0) || a - b);
  const middle = Math.floor((order.length - 1) * SHOWCASE_QUANTILE);
  const scored = order
    .slice(Math.max(0, middle - 12), middle + 8)
    .map((index) => ({ index, score: showcaseScore(candidate(index)) }));
  return scored.reduce((best, next) => (next.score > best.score ? next : best)).index;
}

/** Days listened on, those of the last fortnight doubled; podcasts count as ten days, odd habits against. */
function showcaseScore({ profile, events, endAt }: Candidate): number {
  const daysAgo = new Set<number>();
  let episodes = 0;
  for (const { occurredAt, itemId } of events) {
    daysAgo.add(Math.floor((endAt - occurredAt) / DAY_MS));
    if (itemId.startsWith('episode-')) episodes += 1;
  }
  const recent = [...daysAgo].filter((days) => days < 14).length;
  const oddity = Math.abs(profile.exploration - 0.3) + Math.abs(profile.impatience - 0.3);
  return daysAgo.size + recent + (episodes > 0 ? 10 : 0) - 40 * oddity;
}

function requireWhole(values: Readonly<Record<string, number>>, least: number): void {
  for (const [name, value] of Object.entries(values))
    if (!Number.isSafeInteger(value) || value < least)
      throw new InvalidInput([
        { pointer: `/${name}`, detail: `must be a whole number of at least ${least}` },
      ]);
}
