/** What a handler's answer, or its failure, means for each message of a batch. Pure. */
import { messageOf, TransientError } from '../errors.ts';
import type { DeadLetter, Message, Outcome } from '../ports/topics.ts';
import type { SubscriptionName } from '../schema/topics.ts';
import type { Settlement } from './topic-store.ts';

/** The delivered messages of one ordering key, in order. */
export interface Share {
  readonly messages: readonly Message[];
  /** True when the handler has succeeded with something else since this key's last failure. */
  readonly othersSucceeded: boolean;
}

/** How many of the share's first messages are finished, and whether the key must now wait before a retry. */
export interface ShareVerdict {
  readonly finished: number;
  readonly mustWait: boolean;
}

export interface Verdict {
  readonly shares: readonly ShareVerdict[];
  readonly settlement: Settlement;
  readonly acknowledged: number;
}

export interface VerdictContext {
  readonly subscription: SubscriptionName;
  readonly maxAttempts: number;
  /** Epoch milliseconds. */
  readonly now: number;
}

/** The handler's outcomes, or a failure when they are not one known outcome per message. */
export function checkOutcomes(outcomes: readonly Outcome[], messages: number): readonly Outcome[] {
  if (!Array.isArray(outcomes)) throw new Error('The handler returned no list of outcomes.');
  if (outcomes.length !== messages)
    throw new Error(`The handler returned ${outcomes.length} outcomes for ${messages} messages.`);
  const unknown = outcomes.findIndex((outcome) => !['ack', 'retry', 'dead'].includes(outcome?.kind));
  if (unknown >= 0) throw new Error(`The handler's outcome ${unknown} is not ack, retry or dead.`);
  return outcomes;
}

/**
 * Verdict on a batch the handler answered. A key's messages after one that is to be retried go back uncounted,
 * whatever became of them: they must take effect after it.
 */
export function judgeOutcomes(
  shares: readonly Share[],
  outcomes: readonly Outcome[],
  context: VerdictContext,
): Verdict {
  const draft = new Draft(context);
  let next = 0;
  for (const { messages } of shares) {
    const own = outcomes.slice(next, next + messages.length);
    next += messages.length;
    draft.closeShare(judgeShare(messages, own, draft, context.maxAttempts));
  }
  return draft.verdict();
}

function judgeShare(
  messages: readonly Message[],
  outcomes: readonly Outcome[],
  draft: Draft,
  maxAttempts: number,
): ShareVerdict {
  for (const [i, message] of messages.entries()) {
    const outcome = outcomes[i];
    if (outcome === undefined || outcome.kind === 'ack') draft.acknowledge(message);
    else if (outcome.kind === 'dead' || message.attempt >= maxAttempts) draft.bury(message, outcome.reason);
    else {
      draft.count(message, message.attempt);
      return { finished: i, mustWait: true };
    }
  }
  return { finished: messages.length, mustWait: false };
}

/**
 * Verdict on a batch whose handler threw. Which message is to blame shows only when it is delivered alone, so in
 * a shared batch none dies. A TransientError (a store that is down) is held against a message only when it was
 * alone and the handler succeeded with others meanwhile: an outage must not fill the dead letters.
 */
export function judgeFailure(shares: readonly Share[], error: unknown, context: VerdictContext): Verdict {
  const draft = new Draft(context);
  const isAlone = shares.reduce((sum, { messages }) => sum + messages.length, 0) === 1;
  for (const { messages, othersSucceeded } of shares) {
    const isCounted = !(error instanceof TransientError) || (isAlone && othersSucceeded);
    let finished = 0;
    for (const message of isCounted ? messages : []) {
      if (isAlone && message.attempt >= context.maxAttempts) {
        draft.bury(message, messageOf(error));
        finished++;
      } else draft.count(message, Math.min(message.attempt, context.maxAttempts - 1));
    }
    draft.closeShare({ finished, mustWait: finished < messages.length });
  }
  return draft.verdict();
}

class Draft {
  readonly #context: VerdictContext;
  readonly #shares: ShareVerdict[] = [];
  readonly #removed: Message[] = [];
  readonly #failed: { entry: Message; attempts: number }[] = [];
  readonly #died: Omit<DeadLetter, 'id'>[] = [];
  #acknowledged = 0;

  constructor(context: VerdictContext) {
    this.#context = context;
  }

  acknowledge(message: Message): void {
    this.#removed.push(message);
    this.#acknowledged++;
  }

  bury(message: Message, reason: string): void {
    const { orderingKey, data, publishedAt, attempt } = message;
    const { subscription, now } = this.#context;
    this.#removed.push(message);
    this.#died.push({ subscription, orderingKey, data, publishedAt, diedAt: now, attempts: attempt, reason });
  }

  count(message: Message, attempts: number): void {
    this.#failed.push({ entry: message, attempts });
  }

  closeShare(share: ShareVerdict): void {
    this.#shares.push(share);
  }

  verdict(): Verdict {
    return {
      shares: this.#shares,
      settlement: { removed: this.#removed, failed: this.#failed, died: this.#died },
      acknowledged: this.#acknowledged,
    };
  }
}
