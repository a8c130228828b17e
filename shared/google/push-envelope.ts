/** What Pub/Sub pushes: one message in an envelope of JSON (Pub/Sub: push subscriptions, wrapped delivery). */
import { z } from 'zod';
import { fieldProblems } from '../api/problem.ts';
import { InvalidInput } from '../errors.ts';
import type { Message } from '../ports/topics.ts';

const Envelope = z.object({
  message: z.object({
    data: z.base64().default(''),
    messageId: z.string().min(1),
    publishTime: z.iso.datetime({ offset: true }),
    orderingKey: z.string().default(''),
    attributes: z.record(z.string(), z.string()).nullish(),
  }),
  subscription: z.string().min(1),
  /** Sent where the subscription has a dead-letter topic. */
  deliveryAttempt: z.int().positive().default(1),
});

export interface PushedMessage extends Message {
  readonly attributes: Readonly<Record<string, string>>;
  /** `projects/…/subscriptions/…`. */
  readonly subscription: string;
}

/** Throws InvalidInput that names what is wrong with the envelope; data that is not UTF-8 is wrong, too. */
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
  return {
    id: message.messageId,
    publishedAt: Date.parse(message.publishTime),
    orderingKey: message.orderingKey,
    data: textOf(message.data),
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
