import { describe, expect, test } from 'vitest';
import { InvalidInput } from '../../../shared/errors.ts';
import { parsePush } from '../../../shared/google/push-envelope.ts';
import { pushBody } from './push-fixtures.ts';

const problemsOf = (body: string) => {
  try {
    parsePush(body);
  } catch (error) {
    if (error instanceof InvalidInput) return error.problems.map(({ pointer }) => pointer);
    throw error;
  }
  return [];
};

describe('a push as Pub/Sub sends it', () => {
  test('is the message it carries', () => {
    expect(parsePush(pushBody('{"a":"ä"}'))).toEqual({
      id: '11187463920481',
      publishedAt: Date.UTC(2026, 10, 21, 6, 31, 44, 217),
      orderingKey: 'ann',
      data: '{"a":"ä"}',
      wireData: '{"a":"ä"}',
      attempt: 3,
      attributes: { origin: 'test' },
      subscription: 'projects/p/subscriptions/update-signals',
    });
  });

  test.each([
    ['camel', ['message_id', 'publish_time', 'ordering_key']],
    ['snake', ['messageId', 'publishTime', 'orderingKey']],
  ])('is read where names come in one spelling only: %s', (_, dropped) => {
    const body = JSON.parse(pushBody('x')) as { message: Record<string, unknown> };
    for (const name of dropped) delete body.message[name];
    expect(parsePush(JSON.stringify(body))).toEqual(parsePush(pushBody('x')));
  });

  test('may leave out key, attributes, attempt and data, and names more than is known', () => {
    const message = { messageId: '1', publishTime: '2026-11-21T06:31:44.217334455Z', news: 1 };
    expect(parsePush(JSON.stringify({ message, subscription: 's', more: [] }))).toEqual({
      id: '1',
      publishedAt: Date.UTC(2026, 10, 21, 6, 31, 44, 217),
      orderingKey: '',
      data: '',
      wireData: '',
      attempt: 1,
      attributes: {},
      subscription: 's',
    });
  });

  test('may be as large as Pub/Sub takes', () => {
    const data = 'ü'.repeat(5_000_000);
    expect(parsePush(pushBody(data)).data).toBe(data);
  });
});

describe('what is no push is refused by the name of the field', () => {
  const changed = (
    change: (body: { message: Record<string, unknown> } & Record<string, unknown>) => void,
  ) => {
    const body = JSON.parse(pushBody('x'));
    change(body);
    return JSON.stringify(body);
  };

  test.each([
    ['not JSON', '{', ['']],
    ['nothing', '', ['']],
    ['null', 'null', ['']],
    ['a list', '[]', ['']],
    ['a CloudEvent', '{"specversion":"1.0","data":{}}', ['/message', '/subscription']],
    ['a message that is text', '{"message":"hello","subscription":"s"}', ['/message']],
    [
      'no id',
      changed(({ message }) => {
        delete message.messageId;
        delete message.message_id;
      }),
      ['/message/messageId'],
    ],
    [
      'a time that is none',
      changed(({ message }) => {
        message.publishTime = 'yesterday';
      }),
      ['/message/publishTime'],
    ],
    [
      'data that is not base64',
      changed(({ message }) => {
        message.data = '{"a":1}';
      }),
      ['/message/data'],
    ],
    [
      'data that is no text',
      changed(({ message }) => {
        message.data = 7;
      }),
      ['/message/data'],
    ],
    [
      'data that is not UTF-8',
      changed(({ message }) => {
        message.data = '/w==';
      }),
      ['/message/data'],
    ],
    [
      'attributes that are no text',
      changed(({ message }) => {
        message.attributes = { a: 1 };
      }),
      ['/message/attributes/a'],
    ],
    [
      'an attempt of none',
      changed((body) => {
        body.deliveryAttempt = 0;
      }),
      ['/deliveryAttempt'],
    ],
    [
      'no subscription',
      changed((body) => {
        delete body.subscription;
      }),
      ['/subscription'],
    ],
  ])('%s', (_, body, pointers) => {
    expect(problemsOf(body)).toEqual(pointers);
  });
});
