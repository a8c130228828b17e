/** What Pub/Sub pushes: one message in an envelope of JSON (Pub/Sub: push subscriptions, wrapped delivery). */
import { z } from 'zod';
import { fieldProblems } from '../api/problem.ts';
import { InvalidInput } from '../errors.ts';
import type { Message } from '../ports/topics.ts';

/** Pub/Sub writes ids and times in both spellings; whoever pushes for it (emulators, tools) often in only one. */
const SPELLINGS = { message_id: 'messageId', publish_time: 'publishTime', ordering_key: 'orderingKey' };

function inOneSpelling(message: unknown): unknown {
  if (typeof message !== 'object' || message === null || Array.isArray(message)) return message;
  const spelled: Record<string, unknown> = { ...message };
  for (const [other, name] of Object.entries(SPELLINGS)) spelled[name] ??= spelled[other];
  return spelled;
}

const Envelope = z.object({
  message: z.preprocess(
    inOneSpelling,
    z.object({
      data: z.base64().default(''),
      messageId: z.string().min(1),
      publishTime: z.iso.datetime({ offset: true }),
      orderingKey: z.string().default(''),
      attributes: z.record(z.string(), z.string()).nullish(),
    }),
  ),
  subscription: z.string().min(1),
  /** Sent where the subscription has a dead-letter topic. */
  deliveryAttempt: z.int().positive().default(1),
});

export interface PushedMessage extends Message {
  /** The data as it travelled, whatever form `data` is given for its handler. */
  readonly wireData: string;
  readonly attributes: Readonly<Record<string, string>>;
  /** `projects/…/subscriptions/…`. */
  readonly subscription: string;
}

/**
 * Throws InvalidInput that names what is wrong with the envelope. Data that is not UTF-8 is wrong, too: refused until it
 * dies of its attempts, it is Pub/Sub itself that keeps its bytes among the dead letters. No data at all is empty text.
 */
export function parsePush(body: string): PushedMessage {
  let raw: unknown;
  try {
    raw = JSON.parse(body);
  } catch (error) {
    throw new InvalidInput([{ pointer: '', detail: 'the body is not JSON' }], { cause: error });
  }
  const parsed = Envelope.safeParse(raw);
  if (!parsed.success) throw new InvalidInput(fieldProblems(parsed.error, ''));
  const { message, subscription, deliveryAttempt } = parsed.data;
  const data = textOf(message.data);
  return {
    id: message.messageId,
    publishedAt: Date.parse(message.publishTime),
    orderingKey: message.orderingKey,
    data,
    wireData: data,
    attempt: deliveryAttempt,
    attributes: message.attributes ?? {},
    subscription,
  };
}

function textOf(base64: string): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(Buffer.from(base64, 'base64'));
  } catch (error) {
    throw new InvalidInput([{ pointer: '/message/data', detail: 'is not UTF-8' }], { cause: error });
  }
}
