import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { canonicalJson, sameJson } from '../../shared/domain/canonical-json.ts';
import { compareEvents, distinctEvents } from '../../shared/domain/event-order.ts';
import { anyEvents, event, NOW } from './some-events.ts';

describe('canonicalJson', () => {
  it('orders members at every depth and leaves undefined out', () => {
    expect(canonicalJson({ b: [{ d: 1, c: null }], a: 'x', z: undefined })).toBe(
      '{"a":"x","b":[{"c":null,"d":1}]}',
    );
  });

  it('does not depend on the order of writing', () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string(), fc.jsonValue()), (value) => {
        const reversed = Object.fromEntries(Object.entries(value).reverse());
        expect(canonicalJson(reversed)).toBe(canonicalJson(value));
        expect(JSON.parse(canonicalJson(value))).toEqual(JSON.parse(JSON.stringify(value)));
      }),
    );
  });
});

describe('sameJson', () => {
  it('holds exactly where the canonical texts are equal', () => {
    const leaf = fc.constantFrom(0, 1, '', 'a', null, true, undefined);
    const value = fc.oneof(
      leaf,
      fc.array(
        leaf.map((v) => v ?? null),
        { maxLength: 2 },
      ),
    );
    const record = fc.dictionary(fc.constantFrom('a', 'b', 'c'), value, { maxKeys: 3 });
    fc.assert(
      fc.property(record, record, (a, b) => {
        const nested = [{ x: a }, { x: b }];
        expect(sameJson(nested[0], nested[1])).toBe(canonicalJson(nested[0]) === canonicalJson(nested[1]));
        expect(sameJson(nested[0], structuredClone(nested[0]))).toBe(true);
      }),
      { numRuns: 2000 },
    );
    expect(sameJson([1], { 0: 1 })).toBe(false);
    expect(sameJson([1, 2], [1])).toBe(false);
  });
});

describe('distinctEvents', () => {
  it('orders by time, then by id in code units', () => {
    const [a, b, upper, late] = [
      event({ eventId: 'a' }),
      event({ eventId: 'b' }),
      event({ eventId: 'Z' }),
      event({ eventId: '0', occurredAt: NOW + 1 }),
    ];
    expect(distinctEvents([late, b, a, upper]).events.map((e) => e.eventId)).toEqual(['Z', 'a', 'b', '0']);
  });

  it('keeps one of a repeated event and calls that no conflict', () => {
    const original = event({ context: { surface: 'home', position: 3 } });
    const copy = { ...original, context: { position: 3, surface: 'home' } };
    expect(distinctEvents([copy, original, copy])).toEqual({ events: [original], conflicts: 0 });
  });

  it('keeps the first reception of an event sent twice and calls that no conflict', () => {
    const first = event({ receivedAt: NOW });
    const second = { ...first, receivedAt: NOW + 60_000 };
    expect(distinctEvents([second, first])).toEqual({ events: [first], conflicts: 0 });
  });

  it('keeps the first received of two bodies and counts the other, however often it comes', () => {
    const first = event({ receivedAt: NOW, msPlayed: 2000 });
    const second = { ...first, receivedAt: NOW + 1, msPlayed: 1000 };
    expect(distinctEvents([second, first, second, second])).toEqual({ events: [first], conflicts: 1 });
  });

  it('takes the smaller canonical JSON of two bodies received at once', () => {
    const a = event({ msPlayed: 1000 });
    const b = { ...a, msPlayed: 2000 };
    const c = { ...a, msPlayed: 3000 };
    for (const order of [
      [a, b, c],
      [c, b, a],
      [b, c, a],
    ])
      expect(distinctEvents(order)).toEqual({ events: [a], conflicts: 2 });
  });

  it('leaves unique ids in strict order, all of them', () => {
    fc.assert(
      fc.property(anyEvents, (events) => {
        const kept = distinctEvents(events).events;
        expect(new Set(kept.map((e) => e.eventId))).toEqual(new Set(events.map((e) => e.eventId)));
        for (const [i, next] of kept.entries()) {
          const before = kept[i - 1];
          if (before !== undefined) expect(compareEvents(before, next)).toBeLessThan(0);
        }
      }),
    );
  });
});
