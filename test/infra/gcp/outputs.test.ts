import { expect, test } from 'vitest';
import { example, exampleSettings } from './examples.ts';
import { evaluate } from './mocks.ts';

test('a stack tells its addresses and commands that can be pasted', async () => {
  const { outputs } = await example('dev');
  expect(outputs.serveUrl).toMatch(/^https:\/\/segue-serve-/);
  expect(outputs.tryServe).toBe(
    `curl -sS -H "Authorization: Bearer $TOKEN" ${outputs.serveUrl}/v1/listeners/me/discover-weekly`,
  );
  expect(outputs.tryIngest).toContain(`${outputs.ingestUrl}/v1/events`);
  const [, body = ''] = /-d '([^']+)'/.exec(outputs.tryIngest) ?? [];
  expect(JSON.parse(body)).toMatchObject({ events: [{ type: 'listen' }] });
  expect(outputs.tryRebuild).toContain('gcloud workflows run segue-nightly');
});

test('with a name of one’s own the name is told; where IAM guards the door, its header is there', async () => {
  const { outputs: named } = await example('internet');
  expect([named.ingestUrl, named.serveUrl]).toEqual([
    'https://music.example.com',
    'https://music.example.com',
  ]);
  const settings = { ...exampleSettings('dev'), publicApi: 'false', callers: '["group:apps@example.com"]' };
  const { outputs: guarded } = await evaluate(settings);
  expect(guarded.tryServe).toContain(
    'X-Serverless-Authorization: Bearer $(gcloud auth print-identity-token)',
  );
  expect(guarded.tryServe).toContain('-H "Authorization: Bearer $TOKEN"');
});
