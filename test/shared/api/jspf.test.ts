import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Answer, AnswerItem } from '../../../shared/api/answer.ts';
import { jspfSchema, toJspf } from '../../../shared/api/jspf.ts';

const item: AnswerItem = {
  position: 0,
  itemId: 'it 1',
  recordingId: 'r1',
  title: 'T',
  artist: 'A',
  artistId: 'a1',
  album: 'L',
  genres: [],
  durationMs: 1000,
  tempo: null,
  key: null,
  mode: null,
  energy: null,
  year: null,
  explicit: false,
  source: 'popularity',
  sources: [{ source: 'popularity', score: 1, seed: null }],
  seedTracks: [],
  seedArtists: [],
  notion: 'new_artist',
  score: 0.5,
  scoreParts: { pool: 0.5 },
  propensity: 1,
  impressionId: 'imp',
};

const answer = (...items: Partial<AnswerItem>[]): Answer => ({
  surface: 'next',
  listenerId: 'ann',
  basis: 'build',
  build: 'b00000000000001',
  ranking: 'ranking-1',
  impressionId: 'imp',
  generatedAt: '2026-11-01T12:00:00.000Z',
  items: items.map((rest) => ({ ...item, ...rest })),
  degraded: ['signals'],
});

const uriOf = (itemId: string) => toJspf(answer({ itemId }), 'P').playlist.track[0]?.identifier[0] ?? '';

describe('a playlist', () => {
  test('has the members of JSPF, with the reasons in MusicBrainz’s extensions', () => {
    const jspf = toJspf(answer({}), 'Up next');
    expect(jspfSchema().parse(jspf)).toEqual(jspf);
    const { track, extension, ...playlist } = jspf.playlist;
    expect(playlist).toEqual({
      title: 'Up next',
      creator: 'Segue',
      annotation: 'Based on your listening.',
      identifier: 'urn:segue:impression:imp',
      date: '2026-11-01T12:00:00.000Z',
    });
    expect(extension['https://musicbrainz.org/doc/jspf#playlist']?.additional_metadata).toEqual({
      surface: 'next',
      basis: 'build',
      build: 'b00000000000001',
      ranking: 'ranking-1',
      impressionId: 'imp',
      degraded: ['signals'],
    });
    const [first] = track;
    expect(first).toMatchObject({ title: 'T', creator: 'A', album: 'L', duration: 1000 });
    expect(first?.extension['https://musicbrainz.org/doc/jspf#track']?.additional_metadata).toMatchObject({
      source: 'popularity',
      notion: 'new_artist',
      impressionId: 'imp',
      position: 0,
      scoreParts: { pool: 0.5 },
    });
  });

  test('leaves out what is not known, and names an untitled track by its id', () => {
    const [track] = toJspf(answer({ title: null, artist: null, album: null, durationMs: null }), 'P').playlist
      .track;
    expect(track).toMatchObject({ title: 'it 1' });
    expect(Object.keys(track ?? {}).sort()).toEqual(['extension', 'identifier', 'title']);
  });

  test('of nothing is a playlist without tracks', () => {
    expect(toJspf(answer(), 'P').playlist.track).toEqual([]);
  });
});

describe('identifiers', () => {
  test.each([
    ['spotify:track:4uLU6hMCjMI75M1A2tKUQC', 'spotify:track:4uLU6hMCjMI75M1A2tKUQC'],
    ['https://example.org/a?b=c%20d', 'https://example.org/a?b=c%20d'],
    [
      'mbid:2b3f0c1e-6a4e-4d0f-9f2a-0c1d2e3f4a5b',
      'https://musicbrainz.org/recording/2b3f0c1e-6a4e-4d0f-9f2a-0c1d2e3f4a5b',
    ],
    ['mbid:../../evil', 'urn:segue:item:mbid%3A..%2F..%2Fevil'],
    ['track 1', 'urn:segue:item:track%201'],
    ['artist:The Band', 'urn:segue:item:artist%3AThe%20Band'],
    ['javascript:alert(1)', 'urn:segue:item:javascript%3Aalert(1)'],
    ['https://exa mple/', 'urn:segue:item:https%3A%2F%2Fexa%20mple%2F'],
    ['https://a/%zz', 'urn:segue:item:https%3A%2F%2Fa%2F%25zz'],
  ])('%s is %s', (itemId, uri) => {
    expect(uriOf(itemId)).toBe(uri);
  });

  test('every id of the API becomes a URI without spaces, quotes or scripts, and two never the same', () => {
    const id = fc.string({ unit: 'grapheme-ascii', minLength: 1, maxLength: 128 });
    fc.assert(
      fc.property(id, id, (a, b) => {
        expect(uriOf(a)).toMatch(/^(?:https?|spotify|urn):[\w\-.~:/?#[\]@!$&'()*+,;=%]+$/i);
        if (a !== b && !a.startsWith('urn:') && !b.startsWith('urn:')) expect(uriOf(a)).not.toBe(uriOf(b));
      }),
    );
  });
});
