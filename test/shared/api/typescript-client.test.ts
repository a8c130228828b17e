import { describe, expect, test } from 'vitest';
import { methodName, writeClient } from '../../../shared/api/typescript-client.ts';

describe('a method’s name', () => {
  test.each([
    ['get', '/v1/listeners/{id}/discover-weekly', 'getListenerDiscoverWeekly'],
    ['put', '/v1/listeners/{id}/controls/{kind}/{target}', 'putListenerControl'],
    ['delete', '/v1/listeners/{id}', 'deleteListener'],
    ['post', '/v1/sessions', 'postSessions'],
    ['get', '/v1/stories/{id}/addresses', 'getStoryAddresses'],
    ['get', '/v1/addresses/{id}', 'getAddress'],
    ['get', '/v1/glass/{id}', 'getGlass'],
    ['post', '/1/submit-listens', 'postSubmitListens'],
    ['get', '/livez', 'getLivez'],
  ])('of %s %s is %s', (method, path, expected) => {
    expect(methodName(method, path)).toBe(expected);
  });

  test('is the operation’s own where it has one', () => {
    expect(methodName('get', '/v1/x', 'lookAtX')).toBe('lookAtX');
  });
});

const answered = (schema: object) => ({ '200': { content: { 'application/json': { schema } } } });

describe('a client', () => {
  test('has each operation with its parameters, body and answers of success', () => {
    const source = writeClient({
      paths: {
        '/v1/things/{id}': {
          put: {
            summary: 'Change one',
            security: [{ bearer: [] }],
            parameters: [
              { name: 'id', in: 'path', required: true, schema: { type: 'string' } },
              { name: 'dry-run', in: 'query', schema: { type: 'boolean' }, description: 'Only look.' },
            ],
            requestBody: { required: true, content: { 'application/json': { schema: { type: 'number' } } } },
            responses: { ...answered({ type: 'string' }), '204': {}, '404': {} },
          },
        },
        '/livez': { get: { responses: answered({}) } },
      },
    });
    expect(source).toContain(
      `/**
 * Change one
 * PUT /v1/things/{id}
 */
putThing(input: {
readonly id: string;
/** Only look. */
readonly "dry-run"?: boolean | undefined;
readonly body: number;
}, options?: CallOptions): Promise<{ readonly status: 200; readonly data: string } | { readonly status: 204; readonly data: undefined }> {
    return this.#call({"method":"PUT","path":"/v1/things/{id}","query":["dry-run"],"secured":true}, input, options);`,
    );
    expect(source).toContain(
      'getLivez( options?: CallOptions): Promise<{ readonly status: 200; readonly data: unknown }>',
    );
    expect(source).toContain('this.#call({"method":"GET","path":"/livez"}, {}, options)');
  });

  const refused = (operation: object, path = '/v1/x/{id}') => {
    try {
      writeClient({ paths: { [path]: { get: { responses: answered({}), ...operation } } } });
    } catch (error) {
      return (error as Error).message;
    }
    return 'nothing';
  };

  test.each([
    ['a header', { parameters: [{ name: 'a', in: 'header' }] }, 'a parameter in header'],
    [
      'a name twice',
      { parameters: ['path', 'query'].map((place) => ({ name: 'id', in: place })) },
      'called id',
    ],
    ['a parameter called body', { parameters: [{ name: 'body', in: 'query' }] }, 'called body'],
    ['another body', { requestBody: { content: { 'text/plain': { schema: {} } } } }, 'its body is not'],
    ['another answer', { responses: { '200': { content: { 'text/csv': {} } } } }, '200 is not'],
    ['no answer', { responses: { '404': {} } }, 'no answer of success'],
    ['an unknown keyword', { responses: answered({ not: {} }) }, 'not has no type'],
  ])('refuses %s, naming the operation', (_, operation, message) => {
    expect(refused(operation)).toContain('GET /v1/x/{id}');
    expect(refused(operation)).toContain(message);
  });

  test('refuses two operations of one name', () => {
    const get = { responses: answered({}) };
    const twice = () => writeClient({ paths: { '/v1/things/all': { get }, '/v2/things/all': { get } } });
    expect(twice).toThrow('GET /v2/things/all and GET /v1/things/all would both be called getThingsAll');
  });
});
