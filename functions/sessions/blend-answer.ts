/** Assess: a day's tracks as one of the members is told them now, with what was ruled out since replaced. */
import type { Answer } from '../../shared/api/answer.ts';
import type { BlendAnswer, BlendAnswerItem } from '../../shared/api/blend.ts';
import { type Jspf, toJspf } from '../../shared/api/jspf.ts';
import { replaceBlocked } from '../../shared/domain/blend-replacement.ts';
import type { BlendChoice } from '../../shared/domain/blend-selection.ts';
import type { Taste } from '../../shared/domain/taste.ts';
import { dateOf } from '../../shared/domain/time.ts';
import type { Topics } from '../../shared/ports/topics.ts';
import { describeAnswer, rememberAnswer, roundScore } from '../../shared/serving/answer.ts';
import type { Basis } from '../../shared/serving/candidates.ts';
import type { ListenerView, Reading, ReadingDeps } from '../../shared/serving/reading.ts';
import { type Choice, notionOf } from '../../shared/serving/recommend.ts';
import type { BlendDay } from './blend-day.ts';

export interface BlendContext {
  readonly blendId: string;
  /** Who asks; null for a service that asks for nobody. */
  readonly viewer: string | null;
  readonly impressionId: string;
}

const STRENGTH: readonly Basis[] = ['build', 'signals', 'popularity'];

/** Nothing is proposed where a member's row could not be read: they may have ruled out anything. */
export async function writeBlend(
  deps: ReadingDeps & { readonly topics: Pick<Topics, 'publish'> },
  reading: Reading,
  day: BlendDay,
  views: ReadonlyMap<string, ListenerView>,
  { blendId, viewer, impressionId }: BlendContext,
): Promise<BlendAnswer> {
  const all = [...views.values()];
  const chosen = all.every(({ isKnown }) => isKnown)
    ? replaceBlocked(day.tracks, (candidate) =>
        all.some(({ controls }) => controls.blocking(candidate) !== undefined),
      )
    : [];
  const bases = Object.values(day.bases);
  const answer = await describeAnswer(
    deps,
    reading,
    {
      surface: 'blend',
      listenerId: viewer,
      basis: STRENGTH.find((basis) => bases.includes(basis)) ?? 'popularity',
      build: day.build ?? undefined,
      taste: tastesTogether(all.flatMap(({ built }) => built?.taste ?? [])),
      impressionId,
      rankingVersion: day.version,
    },
    chosen.map((choice) => toldTo(viewer, choice, views)),
  );
  return rememberAnswer(deps, reading, {
    ...answer,
    blendId,
    date: dateOf(reading.now),
    members: day.members.map((listenerId) => ({
      listenerId,
      basis: day.bases[listenerId] ?? 'popularity',
      attributed: chosen.filter(({ attributedTo }) => attributedTo === listenerId).length,
    })),
    match: day.match,
    items: chosen.flatMap((choice, place): BlendAnswerItem[] => {
      const item = answer.items[place];
      if (item === undefined) return [];
      const { attributedTo, favouriteOf, reason, affinities } = choice;
      return [
        {
          ...item,
          source: item.sources.length === 0 ? 'favourite' : item.source,
          attributedTo,
          favouriteOf: [...favouriteOf],
          reason,
          affinities: Object.fromEntries(
            Object.entries(affinities).map(([listenerId, affinity]) => [listenerId, roundScore(affinity)]),
          ),
        },
      ];
    }),
  });
}

/** The blend as a playlist; each track also says whose it is. */
export function blendAsJspf(answer: BlendAnswer, title: string): Jspf {
  const plain: Answer = { ...answer, items: answer.items.map((item) => ({ ...item, source: 'popularity' })) };
  const { playlist } = toJspf(plain, title);
  const extended = playlist.track.map((track, place) => {
    const item = answer.items[place];
    if (item === undefined) return track;
    const { source, attributedTo, affinities, favouriteOf, reason } = item;
    const more = { source, attributedTo, affinities, favouriteOf, reason };
    return { ...track, extension: withMetadata(track.extension, more) };
  });
  const { blendId, date, members, match } = answer;
  const extension = withMetadata(playlist.extension, { blendId, date, members, match });
  return { playlist: { ...playlist, track: extended, extension } };
}

function withMetadata(
  extension: Jspf['playlist']['extension'],
  more: Readonly<Record<string, unknown>>,
): Jspf['playlist']['extension'] {
  return Object.fromEntries(
    Object.entries(extension).map(([name, { additional_metadata }]) => [
      name,
      { additional_metadata: { ...additional_metadata, ...more } },
    ]),
  );
}

/** The notion is the viewer's own: what one member knows by heart is new to another. */
function toldTo(
  viewer: string | null,
  { candidate, attributedTo, score, parts }: BlendChoice,
  views: ReadonlyMap<string, ListenerView>,
): Choice {
  const toldTo = viewer ?? attributedTo;
  const view = views.get(toldTo);
  // The plays in it are those of the member it is from, and so is what would broaden their taste.
  const known = toldTo === attributedTo ? candidate : { ...candidate, artistPlays: null, broadens: false };
  return { candidate, score, parts, notion: view === undefined ? 'new_track' : notionOf(view, known) };
}

/** Names for whatever led to a track, whoever it is from. */
function tastesTogether(tastes: readonly Taste[]): Taste | undefined {
  const [first] = tastes;
  return (
    first && {
      ...first,
      artists: tastes.flatMap(({ artists }) => artists),
      tracks: tastes.flatMap(({ tracks }) => tracks),
    }
  );
}
