import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  createListenerState,
  knowFromElsewhere,
  likingAt,
  rememberListen,
} from '../../../shared/simulation/closed-loop-listener.ts';
import { LOOP_PARAMETERS } from '../../../shared/simulation/closed-loop-parameters.ts';
import { START, smallWorld } from './closed-loop-worlds.ts';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const [listener] = smallWorld().listeners;
if (listener === undefined) throw new Error('The small world has listeners.');
const TRACK = { canonical: 3, artist: 7 };
const appeal = listener.appeal[3] ?? 0;
const heardOut = (at: number) => ({ at, share: 1, played: true, saved: false });
const liking = (state: ReturnType<typeof createListenerState>, at: number, track = TRACK) =>
  likingAt(state, LOOP_PARAMETERS, track, at);

describe('liking', () => {
  it('is the appeal alone for a track by an artist not heard yet', () => {
    expect(liking(createListenerState(listener), START)).toBe(appeal);
  });

  it('falls with every repetition in a row, and is back above the appeal after a rest', () => {
    fc.assert(
      fc.property(fc.integer({ min: 2, max: 12 }), (times) => {
        const state = createListenerState(listener);
        const likings = Array.from({ length: times }, (_, i) => {
          rememberListen(state, LOOP_PARAMETERS, TRACK, heardOut(START + i * 60_000));
          return liking(state, START + i * 60_000);
        });
        for (let i = 1; i < times; i++) expect(likings[i]).toBeLessThan(likings[i - 1] ?? 0);
        expect(liking(state, START + 60 * DAY)).toBeGreaterThan(appeal);
      }),
    );
  });

  it('grows with exposure up to a limit, once fatigue has passed', () => {
    const state = createListenerState(listener);
    const rested: number[] = [];
    for (let i = 0; i < 30; i++) {
      const at = START + i * 60 * DAY;
      rememberListen(state, LOOP_PARAMETERS, TRACK, heardOut(at));
      rested.push(liking(state, at + 59 * DAY));
    }
    for (let i = 1; i < rested.length; i++) expect(rested[i]).toBeGreaterThan((rested[i - 1] ?? 0) - 1e-9);
    expect(rested.at(-1)).toBeCloseTo(appeal + LOOP_PARAMETERS.exposureGain, 3);
  });

  it('of an unheard track falls with each listen to its artist, and only to its artist', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 10, max: 200 }), { minLength: 1, maxLength: 20 }), (others) => {
        const state = createListenerState(listener);
        let before = appeal;
        for (const canonical of others) {
          rememberListen(state, LOOP_PARAMETERS, { canonical, artist: 7 }, heardOut(START));
          expect(liking(state, START)).toBeLessThan(before);
          before = liking(state, START);
        }
        expect(liking(state, START, { canonical: 3, artist: 8 })).toBe(appeal);
        expect(liking(state, START + 30 * DAY)).toBeCloseTo(appeal, 6);
      }),
    );
  });

  it('is lowered by a skip less than by a listen, and a skip is never a play', () => {
    const [skipped, played] = [createListenerState(listener), createListenerState(listener)];
    rememberListen(skipped, LOOP_PARAMETERS, TRACK, { at: START, share: 0.02, played: false, saved: false });
    rememberListen(played, LOOP_PARAMETERS, TRACK, heardOut(START));
    expect(liking(skipped, START)).toBeLessThan(appeal);
    expect(skipped.artists.get(7)?.load).toBeLessThan(played.artists.get(7)?.load ?? 0);
    expect([skipped.library, skipped.recent]).toEqual([[], []]);
    expect(skipped.heard.get(3)).toMatchObject({ plays: 0, listens: 1 });
  });
});

describe('memory', () => {
  it('names what was played last first, each track once', () => {
    const state = createListenerState(listener);
    for (const [i, canonical] of [1, 2, 3, 1].entries())
      rememberListen(state, LOOP_PARAMETERS, { canonical, artist: 1 }, heardOut(START + i * HOUR));
    expect(state.recent).toEqual([1, 3, 2]);
    expect(state.library).toEqual([1, 2, 3]);
  });

  it('knows a track from elsewhere without any event of it', () => {
    const state = createListenerState(listener);
    knowFromElsewhere(state, 3, 4);
    expect(state.heard.get(3)).toMatchObject({ plays: 4, listens: 0 });
    expect(liking(state, START)).toBeGreaterThan(appeal);
  });
});
