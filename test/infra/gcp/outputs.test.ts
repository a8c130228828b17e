import { spawnSync } from 'node:child_process';
import { describe, expect, test } from 'vitest';
import { WORKFLOW } from '../../../infra/gcp/nightly.ts';
import { openAgent } from '../../functions/agent/harness.ts';
import { ingestHarness } from '../../functions/ingest/harness.ts';
import { openServe } from '../../functions/serve/harness.ts';
import { exampleSettings } from './examples.ts';
import { evaluate } from './mocks.ts';

/** What a shell makes of a command: its name and arguments, with `$TOKEN` set and an identity token at hand. */
function pasted(command: string): string[] {
  const script = `
    said() { printf '%s\\0' "$@"; }
    curl() { said curl "$@"; }
    gcloud() { if [ "$1" = auth ]; then echo an-identity-token; else said gcloud "$@"; fi; }
    TOKEN=svc
    ${command}`;
  const { status, stdout, stderr } = spawnSync('bash', ['-c', script], { encoding: 'utf8' });
  if (status !== 0) throw new Error(stderr);
  return stdout.split('\0').slice(0, -1);
}

/** A curl as a request. */
function requestOf(command: string) {
  const [name, ...rest] = pasted(command);
  expect(name).toBe('curl');
  const all = (flag: string) => rest.flatMap((value, i) => (rest[i - 1] === flag ? [value] : []));
  return { url: new URL(rest.at(-1) ?? ''), headers: all('-H'), bodies: all('-d') };
}

const dev = exampleSettings('dev');
const DOMAIN = '{"name":"music.example.com"}';
const HASHED = /^https:\/\/segue-(ingest|serve|sessions|rebuild)-[a-z0-9-]+\.a\.run\.app$/;

describe.each([
  { title: 'open to everybody', settings: dev, isNamed: false, isGuarded: false },
  {
    title: 'with a name of one’s own',
    settings: { ...dev, domain: DOMAIN },
    isNamed: true,
    isGuarded: false,
  },
  {
    title: 'open to some',
    settings: { ...dev, publicApi: 'false', callers: '["group:apps@example.com"]' },
    isNamed: false,
    isGuarded: true,
  },
])('a stack $title', ({ settings, isNamed, isGuarded }) => {
  test('tells where it is', async () => {
    const { outputs } = await evaluate(settings);
    for (const url of [outputs.ingestUrl, outputs.serveUrl, outputs.sessionsUrl])
      expect(url).toMatch(isNamed ? /^https:\/\/music\.example\.com$/ : HASHED);
    expect(outputs.rebuildUrl).toMatch(HASHED);
    // Nobody keeps the zone here, so somebody has to point the name at it.
    expect(outputs.edgeAddress).toBe(isNamed ? '203.0.113.7' : '');
  });

  test('tells commands that a shell and the functions take', async () => {
    const { outputs } = await evaluate(settings);
    const guard = 'X-Serverless-Authorization: Bearer an-identity-token';

    const play = requestOf(outputs.tryIngest);
    expect(play.url.origin).toBe(outputs.ingestUrl);
    expect(play.headers).toContain('Authorization: Bearer svc');
    expect(play.headers.includes(guard)).toBe(isGuarded);
    expect(play.headers).toContain('Content-Type: application/json');
    const answer = await ingestHarness().send(play.url.pathname, play.bodies[0]);
    expect([answer.status, answer.body.accepted, answer.body.rejected]).toEqual([202, 1, []]);

    const question = requestOf(outputs.tryServe);
    expect(question.url.origin).toBe(outputs.serveUrl);
    expect(question.headers).toContain('Authorization: Bearer svc');
    expect(question.headers.includes(guard)).toBe(isGuarded);
    const serve = openServe();
    try {
      // Before the first build there may be nothing to answer, but not nobody who does.
      expect([200, 503]).toContain((await serve.request(question.url.pathname)).status);
    } finally {
      await serve.close();
    }

    const begin = requestOf(outputs.trySession);
    expect(begin.url.origin).toBe(outputs.sessionsUrl);
    expect(begin.headers).toContain('Authorization: Bearer svc');
    expect(begin.headers.includes(guard)).toBe(isGuarded);
    const agent = await openAgent();
    try {
      const begun = await agent.request('POST', begin.url.pathname, begin.bodies[0], 'svc');
      expect([begun.status, begun.body.items.length > 0]).toEqual([200, true]);
      const tools = requestOf(outputs.tryAgent);
      expect(`${tools.url}`).toBe(outputs.mcpUrl);
      expect(tools.headers.includes(guard)).toBe(isGuarded);
      const given = tools.headers.map((header) => header.split(': ') as [string, string]);
      const told = await fetch(agent.url, {
        method: 'POST',
        headers: Object.fromEntries(given),
        body: tools.bodies[0] ?? '',
      });
      expect(await told.json()).toMatchObject({ result: { tools: expect.any(Array) } });
    } finally {
      await agent.close();
    }

    expect(pasted(outputs.tryRebuild)).toEqual([
      'gcloud',
      'workflows',
      'run',
      WORKFLOW,
      '--project=my-project',
      '--location=europe-west1',
    ]);
  });
});
