import { expect, test } from 'vitest';
import { PermanentError } from '../../../shared/errors.ts';
import { errorOf, isPassing } from '../../../shared/google/bigquery-errors.ts';
import { CODE, GrpcFailure } from '../../../shared/google/grpc-channel.ts';
import { asPortError, mayPass } from '../../../shared/google/grpc-retries.ts';

/** What Google answers of a service that is not enabled, in its own words. */
const TOLD = (name: string) =>
  `${name} API has not been used in project 123456789012 before or it is disabled. Enable it by visiting https://console.developers.google.com/apis/api/x.googleapis.com/overview?project=123456789012 then retry.`;

test('an API that is not enabled is an error for good, in Google’s words, with what was being done', () => {
  const problem = { reason: 'accessNotConfigured', message: TOLD('BigQuery') };
  expect(isPassing(403, problem)).toBe(false);
  const bigquery = errorOf(403, problem, { what: 'Stage seeds' });
  const denied = new GrpcFailure(CODE.PERMISSION_DENIED, TOLD('Cloud Bigtable'));
  expect(mayPass(denied)).toBe(false);
  const bigtable = asPortError(denied, 'Reading listeners');
  for (const [error, what] of [
    [bigquery, 'Stage seeds'],
    [bigtable, 'Reading listeners'],
  ] as const) {
    expect(error).toBeInstanceOf(PermanentError);
    expect(error.message).toContain(`${what}: `);
    expect(error.message).toContain('Enable it by visiting');
  }
});
