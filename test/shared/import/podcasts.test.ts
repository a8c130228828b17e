import { describe, expect, it } from 'vitest';
import { artistIdOf } from '../../../shared/domain/recording.ts';
import { EPISODE_LISTEN_MS, LONG_LISTEN_MS, PodcastEvidence } from '../../../shared/import/podcasts.ts';

const MUSIC_MS = 200_000;

function evidenceOf(listens: readonly [artist: string, title: string, ms: number][]): PodcastEvidence {
  const evidence = new PodcastEvidence();
  for (const listen of listens) evidence.addListen(...listen);
  return evidence;
}

function showsAmong(evidence: PodcastEvidence): string[] {
  evidence.decide();
  return evidence.report().shows.map(({ name, because }) => `${name}: ${because}`);
}

describe('podcast evidence', () => {
  it('takes an artist for a show by two titles as long as episodes and half the time in long listens', () => {
    const evidence = evidenceOf([
      ['Two Voices', '#1', EPISODE_LISTEN_MS],
      ['Two Voices', '#2', EPISODE_LISTEN_MS],
      ['Two Voices', '#3', MUSIC_MS],
      ['A Band', 'Song', MUSIC_MS],
    ]);
    expect(showsAmong(evidence)).toEqual(['Two Voices: length']);
    expect(evidence.isShow('two voices')).toBe(true);
    expect(evidence.isShow('A Band')).toBe(false);
  });

  it('keeps one long title as music and names it as undecided', () => {
    const evidence = evidenceOf([
      ['DJ', 'Closing set', EPISODE_LISTEN_MS],
      ['DJ', 'Closing set', EPISODE_LISTEN_MS],
    ]);
    expect(showsAmong(evidence)).toEqual([]);
    expect(evidence.report().undecided).toEqual([{ name: 'DJ', plays: 2, longestMs: EPISODE_LISTEN_MS }]);
  });

  it('keeps an artist whose long titles are the lesser part of the listening', () => {
    const songs = Array.from({ length: 15 }, (_, n): [string, string, number] => [
      'Prog',
      `Song ${n}`,
      MUSIC_MS,
    ]);
    const evidence = evidenceOf([
      ...songs,
      ['Prog', 'Suite I', EPISODE_LISTEN_MS],
      ['Prog', 'Suite II', EPISODE_LISTEN_MS],
    ]);
    expect(15 * MUSIC_MS).toBeGreaterThan(2 * EPISODE_LISTEN_MS);
    expect(showsAmong(evidence)).toEqual([]);
  });

  it('counts nothing as an episode below the threshold', () => {
    const evidence = evidenceOf([
      ['Ambient', 'One', EPISODE_LISTEN_MS - 1],
      ['Ambient', 'Two', LONG_LISTEN_MS],
    ]);
    expect(showsAmong(evidence)).toEqual([]);
  });

  it('believes a name that says podcast as a word', () => {
    const evidence = evidenceOf([
      ['Kaffee – der Podcast', 'Folge 1', 1000],
      ['Podcasts', 'One', 1000],
      ['Podcastaways', 'Island Song', 1000],
    ]);
    expect(showsAmong(evidence)).toEqual(['Kaffee – der Podcast: name', 'Podcasts: name']);
  });

  it('lets a catalogue of music overrule everything, and says so', () => {
    const evidence = evidenceOf([
      ['Composer', 'Act 1', 3_000_000],
      ['Composer', 'Act 2', 3_000_000],
    ]);
    expect(evidence.candidates()).toEqual([artistIdOf('Composer')]);
    evidence.addShow(artistIdOf('composer'));
    evidence.addMusicArtist(artistIdOf('COMPOSER'));
    expect(showsAmong(evidence)).toEqual([]);
    expect(evidence.report().knownMusic).toEqual([{ name: 'Composer', plays: 2, longestMs: 3_000_000 }]);
  });

  it('believes a history that tells the two apart', () => {
    const evidence = evidenceOf([['Short News', 'Monday', 60_000]]);
    evidence.addShow(artistIdOf('Short News'));
    evidence.addShow(artistIdOf('Never heard in this file'));
    expect(showsAmong(evidence)).toEqual(['Short News: told']);
  });
});
