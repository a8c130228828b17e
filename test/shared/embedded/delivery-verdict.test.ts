import { describe, expect, it } from 'vitest';
import {
  checkOutcomes,
  judgeFailure,
  judgeOutcomes,
  type Verdict,
} from '../../../shared/embedded/delivery-verdict.ts';
import { TransientError } from '../../../shared/errors.ts';
import { ACK, type Message, type Outcome } from '../../../shared/ports/topics.ts';

const context = { subscription: 'update-signals', maxAttempts: 5, now: 99 } as const;
const RETRY: Outcome = { kind: 'retry', reason: 'later' };
const DEAD: Outcome = { kind: 'dead', reason: 'never' };

const message = (id: string, attempt = 1): Message => ({
  id,
  orderingKey: id.slice(0, 1),
  data: id,
  publishedAt: 1,
  attempt,
});
const share = (messages: Message[], othersSucceeded = false) => ({ messages, othersSucceeded });

const summary = ({ shares, settlement }: Verdict) => ({
  shares,
  removed: settlement.removed.map(({ id }) => id),
  failed: settlement.failed.map(({ entry, attempts }) => `${entry.id}:${attempts}`),
  died: settlement.died.map(({ data, attempts }) => `${data}:${attempts}`),
});

describe('the verdict on an answered batch', () => {
  it('sends what follows a retry in its key back uncounted, though it was acknowledged', () => {
    const shares = [share(['a1', 'a2', 'a3'].map((id) => message(id))), share([message('b1')])];
    const verdict = judgeOutcomes(shares, [ACK, RETRY, ACK, ACK], context);
    expect(summary(verdict)).toEqual({
      shares: [
        { finished: 1, mustWait: true },
        { finished: 1, mustWait: false },
      ],
      removed: ['a1', 'b1'],
      failed: ['a2:1'],
      died: [],
    });
    expect(verdict.acknowledged).toBe(2);
  });

  it('buries what asks for it or has used its attempts, and goes on behind it', () => {
    const shares = [share([message('a1', 5), message('a2'), message('a3')])];
    const verdict = judgeOutcomes(shares, [RETRY, DEAD, ACK], context);
    expect(summary(verdict)).toMatchObject({
      shares: [{ finished: 3, mustWait: false }],
      removed: ['a1', 'a2', 'a3'],
      died: ['a1:5', 'a2:1'],
    });
    expect(verdict.settlement.died[0]).toMatchObject({
      subscription: 'update-signals',
      diedAt: 99,
      reason: 'later',
    });
  });
});

describe('the verdict on a batch that threw', () => {
  it('counts the attempt of all and lets none die in company', () => {
    const shares = [share([message('a1', 5), message('a2')]), share([message('b1', 4)])];
    expect(summary(judgeFailure(shares, new Error('broken'), context))).toEqual({
      shares: [
        { finished: 0, mustWait: true },
        { finished: 0, mustWait: true },
      ],
      removed: [],
      failed: ['a1:4', 'a2:1', 'b1:4'],
      died: [],
    });
  });

  it('lets a message die that was alone for the last time', () => {
    expect(summary(judgeFailure([share([message('a1', 5)])], new Error('broken'), context)).died).toEqual([
      'a1:5',
    ]);
  });

  it('does not hold an outage against messages, unless others went through meanwhile', () => {
    const down = new TransientError('the store is down');
    const together = judgeFailure([share([message('a1', 5), message('a2')], true)], down, context);
    expect(summary(together)).toMatchObject({
      shares: [{ finished: 0, mustWait: true }],
      failed: [],
      died: [],
    });
    expect(summary(judgeFailure([share([message('a1', 5)])], down, context)).died).toEqual([]);
    expect(summary(judgeFailure([share([message('a1', 5)], true)], down, context)).died).toEqual(['a1:5']);
  });
});

describe('outcomes', () => {
  it('are one known outcome per message, or a failure that says what is wrong', () => {
    expect(checkOutcomes([ACK, RETRY, DEAD], 3)).toHaveLength(3);
    expect(() => checkOutcomes([ACK], 2)).toThrow('returned 1 outcomes for 2');
    expect(() => checkOutcomes(undefined as unknown as Outcome[], 1)).toThrow('no list');
    expect(() => checkOutcomes([ACK, { kind: 'maybe' } as unknown as Outcome], 2)).toThrow('outcome 1');
  });
});
