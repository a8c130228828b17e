import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parseBrief, patchBrief } from '../../shared/api/brief.ts';
import { type Brief, OPEN_BRIEF } from '../../shared/domain/brief.ts';
import { executeBrief } from '../../shared/domain/brief-execution.ts';
import { difference, refine } from '../../shared/domain/brief-patch.ts';
import { vocabularyOf } from '../../shared/domain/brief-vocabulary.ts';
import type { IndexedItem } from '../../shared/domain/indexed-item.ts';
import { isVersion } from '../../shared/domain/moods.ts';
import { generatedSnapshot, inOrder, stranger } from './brief-catalogue.ts';

const NOW = Date.UTC(2026, 5, 1);
const SNAPSHOT = generatedSnapshot(4_000);
const VOCABULARY = vocabularyOf(SNAPSHOT);
const HEARD = new Set(
  SNAPSHOT.items.filter((_, index) => index % 3 === 0).map(({ recordingId }) => recordingId),
);
const LISTENER = { ...stranger, hasHeard: (recordingId: string) => HEARD.has(recordingId) };
const ARTIST = SNAPSHOT.items.find(({ genres }) => genres.includes('jazz')) as IndexedItem;

function play(brief: Brief): IndexedItem[] {
  const input = { snapshot: SNAPSHOT, listener: LISTENER, candidates: new Map(), seed: 1, sequence: inOrder };
  return executeBrief(brief, input).tracks.map(({ item }) => item);
}
const say = (brief: Partial<Brief>, text: string, playlist: readonly IndexedItem[] = []) =>
  refine({ ...OPEN_BRIEF, ...brief }, text, VOCABULARY, { playlist, now: NOW });

const MEASURES = {
  bpm: ({ tempo }: IndexedItem) => tempo,
  energy: ({ energy }: IndexedItem) => energy,
  valence: ({ valence }: IndexedItem) => valence,
  year: ({ year }: IndexedItem) => year,
  popularity: ({ popularity }: IndexedItem) => popularity,
  novelty: ({ recordingId }: IndexedItem) => (HEARD.has(recordingId) ? 0 : 1),
  jazz: ({ genres }: IndexedItem) => (genres.includes('jazz') ? 1 : 0),
};
function mean(playlist: readonly IndexedItem[], read: (item: IndexedItem) => number | null): number {
  const known = playlist.flatMap((item) => read(item) ?? []);
  return known.reduce((sum, value) => sum + value, 0) / known.length;
}

describe('a refinement moves the next playlist', () => {
  const moves: readonly (readonly [text: string, measure: keyof typeof MEASURES, direction: 1 | -1])[] = [
    ['faster', 'bpm', 1],
    ['a bit slower', 'bpm', -1],
    ['speed it up', 'bpm', 1],
    ['harder', 'energy', 1],
    ['more energetic please', 'energy', 1],
    ['more upbeat', 'energy', 1],
    ['more upbeat', 'valence', 1],
    ['calmer', 'energy', -1],
    ['less intense', 'energy', -1],
    ['happier', 'valence', 1],
    ['darker', 'valence', -1],
    ['less sad', 'valence', 1],
    ['newer', 'year', 1],
    ['older', 'year', -1],
    ['less mainstream', 'popularity', -1],
    ['more popular', 'popularity', 1],
    ['more adventurous', 'novelty', 1],
    ['more familiar', 'novelty', -1],
  ];
  const starts: readonly (readonly [name: string, brief: Partial<Brief>])[] = [
    ['an open one', {}],
    ['a genre', { genres: ['pop'] }],
    ['a range', { energy: { min: 0.4, max: 0.7 }, bpm: { min: 95, max: 125 } }],
    ['a mood', { moods: ['calm', 'sad', 'uplifting'] }],
  ];
  test.each(
    starts.flatMap(([name, brief]) =>
      moves.map(([text, measure, direction]) => ({ name, brief, text, measure, direction })),
    ),
  )('$text after $name: $measure', ({ brief, text, measure, direction }) => {
    const before = play({ ...OPEN_BRIEF, ...brief });
    const after = play(say(brief, text, before).brief);
    const change = mean(after, MEASURES[measure]) - mean(before, MEASURES[measure]);
    expect(Math.sign(change)).toBe(direction);
  });

  test.each(['bpm', 'energy', 'valence'] as const)(
    'with every track beyond the mean of this one: %s',
    (axis) => {
      const served = play({ ...OPEN_BRIEF, genres: ['pop'] });
      const [up, down] = {
        bpm: ['faster', 'slower'],
        energy: ['harder', 'calmer'],
        valence: ['happier', 'sadder'],
      }[axis];
      const before = mean(served, MEASURES[axis]);
      expect(say({}, up as string, served).brief[axis]?.min).toBeGreaterThan(before);
      expect(say({}, down as string, served).brief[axis]?.max).toBeLessThan(before);
    },
  );

  test('again and again, until there is nothing further', () => {
    let brief: Brief = { ...OPEN_BRIEF, genres: ['rock'] };
    let tempo = 0;
    for (let turn = 0; turn < 4; turn++) {
      const playlist = play(brief);
      expect(mean(playlist, MEASURES.bpm)).toBeGreaterThan(tempo);
      tempo = mean(playlist, MEASURES.bpm);
      brief = say(brief, 'faster', playlist).brief;
    }
  });

  test('in length, in tracks and minutes', () => {
    const served = play(OPEN_BRIEF);
    expect(play(say({}, 'longer', served).brief).length).toBeGreaterThan(served.length);
    expect(play(say({}, 'shorter', served).brief).length).toBeLessThan(served.length);
    expect(say({}, '10 more songs', served).brief.length).toEqual({
      tracks: served.length + 10,
      minutes: null,
    });
    const hour = { length: { tracks: null, minutes: 60 } };
    expect(say(hour, 'longer', served).brief.length.minutes).toBeGreaterThan(60);
    expect(say(hour, '30 minutes more', served).brief.length).toEqual({ tracks: null, minutes: 90 });
    expect(say(hour, 'make it 12 songs', served).brief.length).toEqual({ tracks: 12, minutes: null });
  });

  test('towards and away from genres, artists and versions', () => {
    const both = { genres: ['rock', 'jazz'] };
    const before = play({ ...OPEN_BRIEF, ...both });
    const share = (playlist: readonly IndexedItem[]) => mean(playlist, MEASURES.jazz);
    expect(share(play(say(both, 'more jazz', before).brief))).toBeGreaterThan(share(before));
    expect(share(play(say(both, 'less jazz', before).brief))).toBeLessThan(share(before));
    expect(share(play(say({ genres: ['rock'] }, 'add some jazz').brief))).toBeGreaterThan(0);
    const live = play(OPEN_BRIEF).concat(play(say({}, 'only live versions').brief));
    expect(live.some(({ title }) => isVersion(title, 'live'))).toBe(true);
    const never = play(say({ versions: ['live'] }, 'no live versions').brief);
    expect(never.some(({ title }) => isVersion(title, 'live'))).toBe(false);
    const { brief } = say({ seedArtists: [ARTIST.artistId as string] }, `without ${ARTIST.artist}`);
    expect(play(brief).map(({ artistId }) => artistId)).not.toContain(ARTIST.artistId);
  });
});

describe('a refinement in absolute words', () => {
  const years = { min: 1980, max: 1989 };
  test.each<readonly [text: string, from: Partial<Brief>, to: Partial<Brief>]>([
    ['90s instead', { years }, { years: { min: 1990, max: 1999 } }],
    ['only metal', { genres: ['rock'], years }, { genres: ['metal'] }],
    ['jazz', { genres: ['rock'] }, { genres: ['jazz'] }],
    ['more jazz', { genres: ['rock'] }, { genres: ['rock', 'jazz'] }],
    [
      'drop the folk',
      { genres: ['indie', 'folk'] },
      { genres: ['indie'], exclude: { ...OPEN_BRIEF.exclude, genres: ['folk'] } },
    ],
    [
      'jazz again',
      { exclude: { ...OPEN_BRIEF.exclude, genres: ['jazz'] } },
      { genres: ['jazz'], exclude: OPEN_BRIEF.exclude },
    ],
    ['clean only', {}, { cleanOnly: true }],
    ['only things I have not heard', { genres: ['jazz'] }, { familiarity: 'unheard' }],
    ['calm', { moods: ['energetic'], energy: { min: 0.7, max: null } }, { moods: ['calm'], energy: null }],
    ['140 bpm', { bpm: { min: 90, max: 100 } }, { bpm: { min: 136, max: 144 } }],
    ['building up', {}, { arc: 'rise' }],
    ['more familiar', { familiarity: 'unheard' }, { familiarity: 'any', discovery: 0.2 }],
  ])('%s', (text, from, to) => {
    expect(say(from, text).brief).toEqual({ ...OPEN_BRIEF, ...from, ...to });
  });

  test('names what it does not know and leaves the rest of the brief alone', () => {
    const { brief, patch, unknown, unread } = say({ years }, 'more like The Zzyzx Foxes, blorp');
    expect(unknown).toEqual([{ field: '/seedArtists', name: 'The Zzyzx Foxes' }]);
    expect(unread).toEqual(['blorp']);
    expect(brief).toEqual({ ...OPEN_BRIEF, years, unread: ['blorp'] });
    expect(patch).toEqual([{ op: 'replace', path: '/unread', value: ['blorp'] }]);
    expect(say({ years }, 'please').patch).toEqual([]);
  });
});

test('a patch is what turns one brief into the next, and makes a valid brief, whatever is said', () => {
  const words = fc.constantFrom(
    ...'faster slower calmer more less no only jazz rock live 90s 1990 120 bpm hour 20 songs happy sad longer shorter newer older adventurous mainstream instead not too and or'.split(
      ' ',
    ),
  );
  const texts = fc.array(
    fc.array(words, { minLength: 1, maxLength: 5 }).map((list) => list.join(' ')),
    {
      minLength: 1,
      maxLength: 6,
    },
  );
  const playlist = SNAPSHOT.items.slice(0, 25);
  fc.assert(
    fc.property(texts, fc.boolean(), (turns, isServed) => {
      let brief: Brief = OPEN_BRIEF;
      for (const text of turns) {
        const refined = refine(brief, text, VOCABULARY, { playlist: isServed ? playlist : [], now: NOW });
        expect(patchBrief(brief, refined.patch)).toEqual(refined.brief);
        expect(parseBrief(structuredClone(refined.brief))).toEqual(refined.brief);
        expect(difference(refined.brief, refined.brief)).toEqual([]);
        brief = refined.brief;
      }
    }),
    { numRuns: 300 },
  );
});
