import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { expiryOf, timestampOf } from '../../../shared/google/firestore-expiry.ts';

describe('when a document ends', () => {
  it('is the instant in its own field expiresAt, in any zone', () => {
    const at = Date.UTC(2026, 10, 21, 12);
    for (const expiresAt of [
      '2026-11-21T12:00:00Z',
      '2026-11-21T12:00:00.000Z',
      '2026-11-21T13:00:00+01:00',
      '2026-11-21T04:30:00-07:30',
    ])
      expect(expiryOf({ id: 's', expiresAt }), expiresAt).toBe(at);
  });

  it.each([
    [null],
    ['2026-11-21T12:00:00Z'],
    [['2026-11-21T12:00:00Z']],
    [{ id: 's' }],
    [{ brief: { expiresAt: '2026-11-21T12:00:00Z' } }],
    [{ expiresAt: null }],
    [{ expiresAt: 1_795_262_400_000 }],
    [{ expiresAt: 'tomorrow' }],
    // The first is of no zone, and so another instant elsewhere; the second is none at all.
    [{ expiresAt: '2026-11-21T12:00:00' }],
    [{ expiresAt: '2026-13-41T12:00:00Z' }],
  ])('is never without one: %j', (value) => {
    expect(expiryOf(value)).toBeUndefined();
  });

  it('is told in seconds and nanoseconds that come to the same instant, before 1970 too', () => {
    fc.assert(
      fc.property(fc.date({ noInvalidDate: true }), (date) => {
        const { seconds, nanos } = timestampOf(date.getTime());
        expect(nanos).toBeGreaterThanOrEqual(0);
        expect(nanos).toBeLessThan(1e9);
        expect(BigInt(seconds) * 1000n + BigInt(nanos / 1e6)).toBe(BigInt(date.getTime()));
      }),
    );
    expect(timestampOf(Date.parse('1969-12-31T23:59:58.750Z'))).toEqual({
      seconds: '-2',
      nanos: 750_000_000,
    });
  });
});
