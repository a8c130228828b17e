import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { alignmentFigures } from '../../infra/local/closed-loop-alignment.ts';
import {
  realArtistPlays,
  realHistoryFigures,
  realSessionFigures,
  simulatedFigures,
} from '../../infra/local/closed-loop-calibration.ts';
import { createRandom, cumulate, drawIndex, zipfWeights } from '../../shared/random.ts';
import { LOOP_PARAMETERS } from '../../shared/simulation/closed-loop-parameters.ts';
import { REAL_FIGURES } from '../../shared/simulation/closed-loop-real-figures.ts';
import { START } from '../shared/simulation/closed-loop-worlds.ts';

const ENGINE = { threads: 1, memory: '512MiB' };

async function withFile<T>(name: string, text: string, use: (path: string) => Promise<T>): Promise<T> {
  const directory = await mkdtemp(join(tmpdir(), 'segue-test-'));
  try {
    const path = join(directory, name);
    await writeFile(path, text);
    return await use(path);
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}

describe('figures of real data', () => {
  it('are read from an account export', async () => {
    const listens = [1_000, 200_000, 200_000, 20_000].map((msPlayed, day) => ({
      endTime: `2022-01-0${day + 1} 10:00`,
      artistName: 'Ana',
      trackName: 'Song',
      msPlayed,
    }));
    const text = JSON.stringify(listens);
    const figures = await withFile('StreamingHistory0.json', text, (path) =>
      realHistoryFigures([path], Date.UTC(2023, 0, 1)),
    );
    expect(figures).toMatchObject({ skipped: 0.5, skippedWithin5s: 0.5 });
  });

  it('are read from sessions', async () => {
    const figures = await withFile('sessions.txt', '1 2 1\n3\n', (path) => realSessionFigures(path));
    expect(figures).toMatchObject({ 'session.repeats': 0.25, 'session.tracks': 2 });
  });

  it('are not made up where there is none', async () => {
    const empty = (path: string) => realArtistPlays([path], 0);
    await expect(withFile('nothing.txt', 'nothing\n', empty)).rejects.toThrow('No listener');
  });
});

describe('alignment', () => {
  it('is what neighbours find beyond popularity: much among circles of taste, nothing without them', async () => {
    const plays = (artistsOf: (listener: number) => number[]) =>
      new Map(
        Array.from({ length: 60 }, (_, listener) => [
          `l${listener}`,
          new Map(artistsOf(listener).map((artist) => [`a${artist}`, 1])),
        ]),
      );
    const circles = plays((listener) =>
      Array.from({ length: 20 }, (_, i) => (listener % 6) * 30 + ((i * 7 + listener) % 30)),
    );
    const random = createRandom(1, 'crowd');
    const sums = cumulate(zipfWeights(150, 1));
    const crowd = plays(() => Array.from({ length: 25 }, () => drawIndex(random, sums)));
    const close = await alignmentFigures(ENGINE, circles, 60, 1);
    const loose = await alignmentFigures(ENGINE, crowd, 60, 1);
    expect(close['recall.lift']).toBeGreaterThan(3);
    expect(loose['recall.lift']).toBeLessThan(1.2);
  });
});

describe('the simulator', () => {
  it('has every figure that is held against real ones, and jumps over as many tracks', async () => {
    const size = { listeners: 12, tracks: 300, historyDays: 21, weeks: 1 };
    const figures = await simulatedFigures(ENGINE, size, LOOP_PARAMETERS, { seed: 1, startAt: START });
    for (const { name } of REAL_FIGURES) expect(figures[name], name).toEqual(expect.any(Number));
    expect(Math.abs((figures.skipped ?? 0) - 0.402)).toBeLessThan(0.06);
  }, 120_000);
});
