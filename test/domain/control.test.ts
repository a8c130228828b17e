import { describe, expect, test } from 'vitest';
import {
  CONTROL_KINDS,
  type Control,
  type ControlKind,
  ControlsInForce,
  isInForce,
} from '../../shared/domain/control.ts';

const control = (kind: ControlKind, target: string, rest: Partial<Control> = {}): Control => ({
  kind,
  target,
  active: true,
  until: null,
  from: 0,
  ...rest,
});
const item = { itemId: 'item', recordingId: 'recording', artistId: 'artist', explicit: false };
const blocking = (controls: readonly Control[], at = 100, rest = {}) =>
  new ControlsInForce(controls, at).blocking({ ...item, ...rest });

describe('whether a control holds', () => {
  test.each([
    [{}, true],
    [{ until: 101 }, true],
    [{ until: 100 }, false],
    [{ until: 99 }, false],
    [{ active: false }, false],
    [{ active: false, until: 200 }, false],
  ])('%j: %s', (rest, holds) => {
    expect(isInForce(control('dislike', 'x', rest), 100)).toBe(holds);
    expect(blocking([control('dislike', 'item', rest)])).toBe(holds ? 'dislike' : undefined);
  });
});

describe('what is kept from being recommended', () => {
  test.each(['dislike', 'do-not-recommend', 'snooze-artist'] as const)(
    '%s by item, recording or artist',
    (kind) => {
      for (const target of ['item', 'recording', 'artist'])
        expect(blocking([control(kind, target)])).toBe(kind);
      expect(blocking([control(kind, 'other')])).toBeUndefined();
    },
  );

  test('the explicit filter keeps what is explicit, whatever its target is called', () => {
    expect(blocking([control('explicit-filter', 'on')], 100, { explicit: true })).toBe('explicit-filter');
    expect(blocking([control('explicit-filter', 'item')])).toBeUndefined();
    expect(
      blocking([control('explicit-filter', 'on', { until: 50 })], 100, { explicit: true }),
    ).toBeUndefined();
  });

  test('an unnamed artist is blocked by nobody’s name', () => {
    expect(blocking([control('dislike', 'null')], 100, { artistId: null })).toBeUndefined();
  });

  test('exclusions and private sessions block nothing', () => {
    for (const kind of CONTROL_KINDS.filter((name) => /exclude|private/.test(name)))
      expect(blocking([control(kind, 'item')])).toBeUndefined();
  });
});

describe('what is kept out of taste', () => {
  const event = {
    itemId: 'item',
    recordingId: 'recording',
    artistId: 'artist',
    context: { playlistId: 'list' },
  };
  const excludes = (target: string, rest = {}) =>
    new ControlsInForce([control('exclude-from-taste', target)], 100).excludes({ ...event, ...rest });

  test('by item, recording, artist and playlist', () => {
    for (const target of ['item', 'recording', 'artist', 'list']) expect(excludes(target)).toBe(true);
    expect(excludes('other')).toBe(false);
    expect(excludes('list', { context: {} })).toBe(false);
    expect(excludes('artist', { artistId: null })).toBe(false);
  });

  test('a dislike excludes nothing', () => {
    expect(new ControlsInForce([control('dislike', 'item')], 100).excludes(event)).toBe(false);
  });
});
