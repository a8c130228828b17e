import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { EventType, ListeningEvent } from '../../shared/domain/event.ts';
import { distinctEvents } from '../../shared/domain/event-order.ts';
import { standingFeedback, withdrawnFeedback } from '../../shared/domain/feedback.ts';
import { anyEvents, event } from './some-events.ts';

const said = (...types: EventType[]): ListeningEvent[] =>
  types.map((type, i) => event({ type, eventId: `${i}${type}` }));

/** By the words of the rule, every pair looked at. */
function withdrawnTwin(ordered: readonly ListeningEvent[]): Set<string> {
  const pairs = ['save>unsave', 'like>unsave', 'dislike>unsave', 'dislike>like', 'like>dislike'];
  return new Set(
    ordered
      .filter((a, i) =>
        ordered
          .slice(i + 1)
          .some((b) => a.recordingId === b.recordingId && pairs.includes(`${a.type}>${b.type}`)),
      )
      .map((a) => a.eventId),
  );
}

describe('withdrawnFeedback', () => {
  it.each([
    [['save', 'unsave'], ['0save']],
    [['unsave', 'save'], []],
    [
      ['save', 'save', 'unsave', 'save'],
      ['0save', '1save'],
    ],
    [['like', 'unsave'], ['0like']],
    [['dislike', 'unsave'], ['0dislike']],
    [['dislike', 'like'], ['0dislike']],
    [['like', 'dislike'], ['0like']],
    [
      ['dislike', 'like', 'dislike'],
      ['0dislike', '1like'],
    ],
    [
      ['dislike', 'like', 'unsave'],
      ['0dislike', '1like'],
    ],
    [['save', 'dislike'], []],
    [['playlist_add', 'unsave', 'dislike'], []],
    [['save', 'listen', 'search_click'], []],
  ] as [EventType[], string[]][])('of %j withdraws %j', (types, withdrawn) => {
    expect([...withdrawnFeedback(said(...types))].sort()).toEqual(withdrawn);
  });

  it('looks at one recording at a time', () => {
    const events = [event({ type: 'save', recordingId: 'r1' }), event({ type: 'unsave', recordingId: 'r2' })];
    expect(withdrawnFeedback(events)).toEqual(new Set());
  });

  it('is what looking at every pair finds', () => {
    fc.assert(
      fc.property(anyEvents, (events) => {
        const ordered = distinctEvents(events).events;
        expect(withdrawnFeedback(ordered)).toEqual(withdrawnTwin(ordered));
      }),
    );
  });
});

describe('standingFeedback', () => {
  it('names what is saved or liked, and what is disliked', () => {
    const events = [
      event({ type: 'save', recordingId: 'kept' }),
      event({ type: 'like', recordingId: 'loved' }),
      event({ type: 'save', recordingId: 'dropped' }),
      event({ type: 'unsave', recordingId: 'dropped' }),
      event({ type: 'dislike', recordingId: 'bad' }),
      event({ type: 'dislike', recordingId: 'loved', occurredAt: 0 }),
      event({ type: 'playlist_add', recordingId: 'added' }),
    ];
    expect(standingFeedback(distinctEvents(events).events)).toEqual({
      saved: new Set(['kept', 'loved']),
      disliked: new Set(['bad']),
    });
  });

  it('leaves a saved recording that is later disliked in both', () => {
    const { saved, disliked } = standingFeedback(said('save', 'dislike'));
    expect([saved.has('r1'), disliked.has('r1')]).toEqual([true, true]);
  });
});
