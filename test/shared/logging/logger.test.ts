import { describe, expect, test } from 'vitest';
import { createLogger, shortHash } from '../../../shared/logging/logger.ts';
import { requestIdOf, traceIdOf } from '../../../shared/logging/trace.ts';

function capture(level?: 'debug' | 'warn') {
  const lines: string[] = [];
  const logger = createLogger({
    destination: { write: (line) => void lines.push(line) },
    fields: { service: 'ingest' },
    ...(level && { level }),
  });
  return { logger, lines, parsed: () => lines.map((line) => JSON.parse(line) as Record<string, unknown>) };
}

describe('a log line', () => {
  test('is one JSON object with severity, time, message and the fields', () => {
    const { logger, lines, parsed } = capture();
    logger.child({ requestId: 'r1' }).warn({ events: 3 }, 'a\nb');
    expect(lines[0]).toMatch(/^\{.*\}\n$/);
    expect(lines[0]?.trimEnd()).not.toContain('\n');
    expect(parsed()[0]).toEqual({
      severity: 'WARNING',
      time: expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/),
      service: 'ingest',
      requestId: 'r1',
      events: 3,
      message: 'a\nb',
    });
  });

  test('names each severity as Cloud Logging does, from the level on', () => {
    const { logger, parsed } = capture('debug');
    for (const level of ['debug', 'info', 'warn', 'error'] as const) logger[level]({}, level);
    expect(parsed().map(({ severity }) => severity)).toEqual(['DEBUG', 'INFO', 'WARNING', 'ERROR']);
    const quiet = capture('warn');
    quiet.logger.info({}, 'x');
    expect(quiet.lines).toEqual([]);
  });

  test('has an error with its message, stack and cause', () => {
    const { logger, parsed } = capture();
    logger.error({ error: new Error('outer', { cause: new Error('inner') }) }, 'failed');
    expect(parsed()[0]?.error).toMatchObject({
      message: expect.stringContaining('outer'),
      stack: expect.any(String),
    });
    expect(JSON.stringify(parsed()[0])).toContain('inner');
  });

  test('has the words of an error as they are, and an error by the name it gives itself', () => {
    class Minified extends Error {
      override readonly name = 'TransientError';
    }
    const { logger, parsed } = capture();
    logger.warn({ error: 'a disk is gone' }, 'x');
    logger.warn({ error: new Minified('gone') }, 'x');
    expect(parsed()).toMatchObject([
      { error: 'a disk is gone' },
      { error: { type: 'TransientError', message: 'gone' } },
    ]);
  });

  test('never has a secret, at the top or one level down', () => {
    const { logger, lines } = capture();
    logger.info(
      { token: 'SECRET', headers: { authorization: 'SECRET', cookie: 'SECRET' }, key: { d: 'SECRET' } },
      'x',
    );
    expect(lines[0]).not.toContain('SECRET');
    expect(lines[0]).toContain('[redacted]');
  });
});

test('a short hash stands for an id: equal for equal ids, 12 hex digits', () => {
  expect(shortHash('ann')).toMatch(/^[0-9a-f]{12}$/);
  expect(shortHash('ann')).toBe(shortHash('ann'));
  expect(shortHash('ann')).not.toBe(shortHash('bob'));
});

const TRACE = '0af7651916cd43dd8448eb211c80319c';

test.each([
  [`00-${TRACE}-b7ad6b7169203331-01`, TRACE],
  [`cc-${TRACE}-b7ad6b7169203331-01-what-comes-later`, TRACE],
  [`ff-${TRACE}-b7ad6b7169203331-01`, undefined],
  [`00-${'0'.repeat(32)}-b7ad6b7169203331-01`, undefined],
  [`00-${TRACE}-${'0'.repeat(16)}-01`, undefined],
  [`00-${TRACE.toUpperCase()}-b7ad6b7169203331-01`, undefined],
  [`00-${TRACE}-b7ad6b7169203331`, undefined],
  ['', undefined],
  [undefined, undefined],
])('the trace of %s is %s', (header, trace) => {
  expect(traceIdOf(header)).toBe(trace);
});

test.each([
  ['abc-123', true],
  ['x'.repeat(128), true],
  ['x'.repeat(129), false],
  ['a b', false],
  ['a\u0000', false],
  ['', false],
])('the request id %j is kept: %s', (header, kept) => {
  expect(requestIdOf(header)).toBe(kept ? header : undefined);
});
