/** What a session begins with: seeds that are known become a brief, those that are not are named. */
import type { SessionRequest } from '../../shared/api/session.ts';
import { type Brief, OPEN_BRIEF } from '../../shared/domain/brief.ts';
import { columnsOf } from '../../shared/domain/brief-columns.ts';
import type { SessionState } from '../../shared/domain/steered-session.ts';
import { averageOf, type SessionAverage } from '../../shared/domain/steered-session-average.ts';
import { InvalidInput } from '../../shared/errors.ts';
import { writeBrief } from './briefs.ts';
import type { SessionDeps } from './deps.ts';
import { describeItems, type Material, readRelated } from './material.ts';
import type { Stages } from './stages.ts';

/** Seeds that a brief names; of a longer playlist so many, evenly. */
const MOST_IN_BRIEF = 50;

export interface Beginning extends Pick<SessionState, 'brief' | 'briefBy' | 'prompt' | 'seeds'> {
  readonly average?: SessionAverage;
  /** Item and recording ids. */
  readonly barred: readonly string[];
  readonly unread: readonly string[];
  readonly unknown: readonly string[];
}

/** Throws InvalidInput where none of the seeds is known to anybody. */
export async function beginFrom(
  deps: SessionDeps,
  stages: Stages,
  material: Material,
  seed: SessionRequest['seed'],
): Promise<Beginning> {
  if (seed.tracks !== undefined) return fromTracks(deps, stages, material, seed.tracks, '/seed/tracks');
  if (seed.playlist !== undefined) return fromTracks(deps, stages, material, seed.playlist, '/seed/playlist');
  if (seed.artists !== undefined) return fromArtists(deps, stages, material, seed.artists);
  if (seed.brief !== undefined)
    return { ...NOTHING, brief: seed.brief, briefBy: 'request', seeds: seedsOf(seed.brief) };
  const prompt = seed.prompt ?? '';
  const { brief, by, unread } = await writeBrief(deps, stages, material, prompt);
  return { ...NOTHING, brief, briefBy: by, prompt, seeds: seedsOf(brief), unread };
}

const NOTHING = { prompt: null, barred: [], unread: [], unknown: [] } as const;

function seedsOf({ seedTracks, seedArtists, onlyArtists }: Brief): SessionState['seeds'] {
  return { tracks: seedTracks, artists: [...new Set([...seedArtists, ...onlyArtists])] };
}

async function fromTracks(
  deps: SessionDeps,
  stages: Stages,
  { snapshot }: Material,
  itemIds: readonly string[],
  pointer: string,
): Promise<Beginning> {
  const ids = [...new Set(itemIds)];
  const { items, isComplete } = await describeItems(deps, stages, snapshot, ids);
  const unknown = isComplete ? ids.filter((id) => !items.has(id)) : [];
  if (unknown.length === ids.length) throw noneKnown(pointer);
  const tracks = evenly(items.size === 0 ? ids : [...items.keys()], MOST_IN_BRIEF);
  return {
    ...NOTHING,
    brief: { ...OPEN_BRIEF, seedTracks: tracks },
    briefBy: 'seeds',
    seeds: { tracks, artists: [] },
    average: averageOf([...items.values()]),
    barred: [...ids, ...[...items.values()].map(({ recordingId }) => recordingId)],
    unknown,
  };
}

async function fromArtists(
  deps: SessionDeps,
  stages: Stages,
  { snapshot, view }: Material,
  artistIds: readonly string[],
): Promise<Beginning> {
  const ids = [...new Set(artistIds)];
  const { artistNumbers } = columnsOf(snapshot);
  const missing = ids.filter((id) => !artistNumbers.has(id));
  // Who has too few listeners for the build's catalogue may still have neighbours.
  const { artists: found } = await readRelated(deps, stages, view.build, { items: [], artists: missing });
  const canTell = !stages.degraded.has('snapshot') && !stages.degraded.has('related');
  const unknown = canTell ? missing.filter((id) => !found.has(id)) : [];
  if (unknown.length === ids.length) throw noneKnown('/seed/artists');
  const artists = ids.filter((id) => !unknown.includes(id));
  return {
    ...NOTHING,
    brief: { ...OPEN_BRIEF, seedArtists: artists },
    briefBy: 'seeds',
    seeds: { tracks: [], artists },
    unknown,
  };
}

function noneKnown(pointer: string): InvalidInput {
  return new InvalidInput([{ pointer, detail: 'none of them is known' }]);
}

/** At most `most` of the ids, spread over the whole list. */
function evenly(ids: readonly string[], most: number): string[] {
  if (ids.length <= most) return [...ids];
  return Array.from({ length: most }, (_, i) => ids[Math.floor((i * ids.length) / most)] as string);
}
