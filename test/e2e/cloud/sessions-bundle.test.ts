/** Sessions and tools through their built bundles, on emulators: what one function began, another goes on with. */
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { SessionAnswer } from '../../../shared/api/session.ts';
import { generateSigningKey } from '../../../shared/auth/key-file.ts';
import { issueToken, publicPart } from '../../../shared/auth/tokens.ts';
import { OPEN_BRIEF } from '../../../shared/domain/brief.ts';
import { bareItem } from '../../../shared/domain/item.ts';
import type { WrittenBrief } from '../../../shared/domain/written-brief.ts';
import { createBigtableRows } from '../../../shared/google/bigtable-rows.ts';
import type { RowStore } from '../../../shared/ports/row-store.ts';
import { createCatalogue } from '../../../shared/rows/catalogue.ts';
import { changePointer } from '../../../shared/rows/pointer.ts';
import { listenerKey } from '../../../shared/schema/rows.ts';
import { TOPICS } from '../../../shared/schema/topics.ts';
import { hasEmulator } from '../../emulators/emulators.ts';
import { poolText, someLines } from '../../functions/serve/pool-text.ts';
import { shardTexts } from '../../functions/serve/shard-text.ts';
import { someCatalogue } from '../../functions/sessions/harness.ts';
import { startMetadata } from '../../shared/google/bigtable-front-end.ts';
import { refused, startVertex, written as writtenBrief } from '../../shared/google/vertex-front-end.ts';
import {
  type EmulatedCloud,
  installBundles,
  PROJECT,
  type RunningFunction,
  startCloud,
  startFunction,
} from './emulated-cloud.ts';

const AVAILABLE = (['bigtable', 'pubsub', 'firestore'] as const).map(hasEmulator).every(Boolean);
const BUILD = Date.UTC(2026, 10, 1);
const LISTENER = 'ann';
const WAY_MS = 15_000;
const NAMES = ['sessions', 'agent'] as const;
type Name = (typeof NAMES)[number];

describe.skipIf(!AVAILABLE)('sessions and tools through the built bundles, on emulators', () => {
  let cloud: EmulatedCloud;
  let installed: Awaited<ReturnType<typeof installBundles>>;
  let rows: RowStore;
  let environment: Record<string, string>;
  let bearer: string;
  const running = new Map<Name, RunningFunction>();

  const start = async (name: Name, more: Readonly<Record<string, string>> = {}) => {
    const port = running.get(name)?.port;
    running.set(
      name,
      await startFunction(name, installed.folders[name] ?? '', { ...environment, ...more }, { port }),
    );
  };
  const urlOf = (name: Name) => running.get(name)?.url ?? '';

  /** As after a crash: nothing is left but what the stores hold. */
  async function restart(name: Name, more: Readonly<Record<string, string>> = {}): Promise<void> {
    await running.get(name)?.stop();
    await start(name, more);
  }

  async function ask<T = SessionAnswer>(method: string, path: string, body?: unknown): Promise<T> {
    const answer = await fetch(`${urlOf('sessions')}${path}`, {
      method,
      headers: { authorization: bearer, 'content-type': 'application/json' },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
    const text = await answer.text();
    if (!answer.ok)
      throw new Error(`${path}: ${answer.status} ${text}\n${running.get('sessions')?.output()}`);
    return (text === '' ? {} : JSON.parse(text)) as T;
  }

  const pubsub = async (method: string, path: string, body: unknown): Promise<unknown> => {
    const answer = await fetch(`http://${cloud.pubsub.address}/v1/projects/${PROJECT}/${path}`, {
      method,
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });
    if (!answer.ok) throw new Error(`${path}: ${answer.status} ${await answer.text()}`);
    return answer.json();
  };

  const seen = new Map<string, Record<string, unknown>[]>();

  /** What was published to a topic, as far as it has arrived. */
  async function published(topic: string): Promise<readonly Record<string, unknown>[]> {
    const { receivedMessages = [] } = (await pubsub('POST', `subscriptions/watch-${topic}:pull`, {
      maxMessages: 1000,
      returnImmediately: true,
    })) as { receivedMessages?: { message: { data: string } }[] };
    const arrived = receivedMessages.map(
      ({ message }) => JSON.parse(Buffer.from(message.data, 'base64').toString()) as Record<string, unknown>,
    );
    seen.set(topic, [...(seen.get(topic) ?? []), ...arrived]);
    return seen.get(topic) ?? [];
  }

  beforeAll(async () => {
    [cloud, installed] = await Promise.all([startCloud(), installBundles(NAMES)]);
    for (const topic of [TOPICS.impressions, TOPICS.controls])
      await pubsub('PUT', `subscriptions/watch-${topic}`, { topic: `projects/${PROJECT}/topics/${topic}` });
    const key = await generateSigningKey();
    environment = { ...cloud.environment, SEGUE_KEYS: JSON.stringify([publicPart(key)]) };
    const clock = { now: () => Date.now() };
    const principal = { kind: 'listener', listenerId: LISTENER } as const;
    bearer = `Bearer ${await issueToken({ key, principal, lifetimeSeconds: 3600, clock })}`;
    rows = createBigtableRows({
      project: PROJECT,
      instance: 'segue',
      appProfile: 'batch',
      emulatorHost: cloud.bigtable.address,
    });
    const items = someCatalogue();
    const cell = (key: string, qualifier: string, value: string) => ({
      key,
      family: 'build',
      qualifier,
      timestamp: BUILD,
      value,
    });
    await rows.write('pools', [
      ...shardTexts(items, 250).map(([shard, text]) => cell(shard, 'items', text)),
      cell('popular#track', 'pool', poolText(someLines('track', 40))),
    ]);
    await rows.write('listeners', [
      cell(listenerKey(LISTENER), 'pool', poolText(someLines('track', 40, { evidence: 'c900' }))),
    ]);
    await createCatalogue(rows, Date.now).learn(
      items.map((item) => ({
        ...bareItem(item.item, 'test', BUILD),
        title: item.title ?? null,
        artist: item.artist ?? null,
        genres: item.genres ?? [],
      })),
    );
    await changePointer(rows, Date.now(), () => ({ active: BUILD, accepted: [BUILD] }));
    await Promise.all(NAMES.map((name) => start(name)));
  });

  afterAll(async () => {
    await Promise.all([...running.values()].map((one) => one.stop()));
    await cloud?.stop();
    installed?.remove();
  });

  test('a session goes on where it was when the function is killed between its turns', async () => {
    const seed = { tracks: ['track-1', 'track-6'] };
    const begun = await ask('POST', '/v1/sessions', { sessionId: 'evening', seed, count: 8 });
    expect(begun).toMatchObject({ sessionId: 'evening', turn: 0, degraded: [] });
    expect(begun.items).toHaveLength(8);
    const turn = { turnId: 't1', steer: 'more jazz', count: 8 };
    const steered = await ask('POST', '/v1/sessions/evening/turns', turn);
    await restart('sessions');
    // Sent again, because nobody knows whether the answer arrived: the same answer, and no turn more.
    expect((await ask('POST', '/v1/sessions/evening/turns', turn)).items).toEqual(steered.items);
    const next = await ask('POST', '/v1/sessions/evening/turns', { turnId: 't2', count: 8 });
    expect(next.turn).toBe(2);
    const served = [begun, steered, next].flatMap(({ items }) => items.map(({ itemId }) => itemId));
    expect(new Set(served).size).toBe(24);
    expect(served).not.toContain('track-1');
    expect(await ask<{ turns: number }>('GET', '/v1/sessions/evening')).toMatchObject({
      turns: 3,
      tracks: 24,
    });
  });

  test('a prompt begins one too, without a model', async () => {
    const { brief, items } = await ask('POST', '/v1/sessions', { seed: { prompt: 'ten tracks of ambient' } });
    expect(brief.genres).toContain('ambient');
    expect(items.length).toBeGreaterThan(0);
    expect(items.every(({ genres }) => genres.includes('ambient'))).toBe(true);
  });

  test('a model reads it where there is one; where it fails the prompt is parsed, and the answer says so', async () => {
    const vertex = await startVertex();
    const metadata = await startMetadata((response) => {
      response.setHeader('content-type', 'application/json');
      response.end(
        JSON.stringify({ access_token: 'of-the-instance', expires_in: 3600, token_type: 'Bearer' }),
      );
    });
    const prompt = 'ten tracks of ambient';
    const begin = () => ask('POST', '/v1/sessions', { seed: { prompt } });
    try {
      const written: WrittenBrief = {
        ...OPEN_BRIEF,
        seedTracks: [],
        exclude: { ...OPEN_BRIEF.exclude, tracks: [] },
        genres: ['jazz'],
      };
      vertex.answer(writtenBrief(JSON.stringify(written)), refused(403, 'PERMISSION_DENIED'));
      await restart('sessions', {
        SEGUE_GEMINI_MODEL: 'gemini-2.5-flash',
        SEGUE_GEMINI_LOCATION: 'europe-west1',
        GOOGLE_VERTEX_BASE_URL: vertex.baseUrl,
        GCE_METADATA_HOST: metadata.address,
        METADATA_SERVER_DETECTION: 'assume-present',
      });
      const byModel = await begin();
      expect([byModel.briefBy, byModel.degraded]).toEqual(['model', []]);
      expect(byModel.items.every(({ genres }) => genres.includes('jazz'))).toBe(true);
      const parsed = await begin();
      expect([parsed.briefBy, parsed.degraded]).toEqual(['parser', ['model']]);
      expect(parsed.brief.genres).toContain('ambient');
      const [first] = vertex.asked;
      expect(first?.headers.authorization).toBe('Bearer of-the-instance');
      expect(first?.path).toContain(`projects/${PROJECT}/locations/europe-west1/publishers/google/models/`);
      expect(running.get('sessions')?.output()).not.toContain(prompt);
    } finally {
      vertex.close();
      metadata.close();
      await restart('sessions');
    }
  });

  test('what was served is told to the warehouse; a dislike is told, and holds in the listener’s row', async () => {
    const begun = await ask('POST', '/v1/sessions', {
      sessionId: 'told',
      seed: { artists: ['jazz-artist-1'] },
    });
    const [first] = begun.items;
    await ask('POST', '/v1/sessions/told/turns', { turnId: 't1', disliked: [first?.itemId] });
    await expect
      .poll(() => published(TOPICS.controls), { timeout: WAY_MS })
      .toContainEqual(
        expect.objectContaining({ listener_id: LISTENER, target: first?.recordingId, active: true }),
      );
    const row = await rows.read('listeners', listenerKey(LISTENER), [{ family: 'control' }]);
    expect(row?.cells.map(({ qualifier }) => qualifier)).toContain(`dislike#${first?.recordingId}`);
    const shown = async () =>
      (await published(TOPICS.impressions)).map(({ item_id, surface }) => `${surface} ${item_id}`);
    await expect
      .poll(shown, { timeout: WAY_MS })
      .toEqual(expect.arrayContaining(begun.items.map(({ itemId }) => `session ${itemId}`)));
  });

  test('Firestore itself knows when a session ends', async () => {
    const answer = await fetch(
      `http://${cloud.firestore.address}/v1/projects/${PROJECT}/databases/segue/documents/sessions`,
      { headers: { authorization: 'Bearer owner' } },
    );
    const { documents } = (await answer.json()) as {
      documents: { fields: { expiresAt?: { timestampValue?: string }; json: { stringValue: string } } }[];
    };
    expect(documents.length).toBeGreaterThan(0);
    for (const { fields } of documents) {
      const { expiresAt } = JSON.parse(fields.json.stringValue) as { expiresAt: string };
      expect(Date.parse(fields.expiresAt?.timestampValue ?? '')).toBe(Date.parse(expiresAt));
    }
  });

  test('an agent initializes, lists its tools, and its session is one that apps go on with', async () => {
    const connect = async () => {
      const client = new Client({ name: 'test', version: '0' });
      const requestInit = { headers: { authorization: bearer } };
      const transport = new StreamableHTTPClientTransport(new URL(`${urlOf('agent')}/mcp`), { requestInit });
      await client.connect(transport as Parameters<Client['connect']>[0]);
      return client;
    };
    const client = await connect();
    expect(client.getServerVersion()).toMatchObject({ name: 'segue' });
    const { tools } = await client.listTools();
    expect(tools.map(({ name }) => name)).toEqual(
      expect.arrayContaining(['search', 'create_session', 'steer_session', 'get_session']),
    );
    const found = await client.callTool({
      name: 'search',
      arguments: { query: 'Title 7', kinds: ['track'] },
    });
    expect(JSON.stringify(found.structuredContent)).toContain('"track-7"');
    const seedTracks = ['track-7'];
    const made = await client.callTool({
      name: 'create_session',
      arguments: { sessionId: 'by-agent', seedTracks, count: 5 },
    });
    expect(made.isError, JSON.stringify(made)).not.toBe(true);
    await client.close();
    const next = await ask('POST', '/v1/sessions/by-agent/turns', { turnId: 't1', count: 5 });
    expect([next.turn, next.items.length]).toEqual([1, 5]);
    await restart('agent');
    const again = await connect();
    const overview = await again.callTool({ name: 'get_session', arguments: { sessionId: 'by-agent' } });
    expect(overview.structuredContent).toMatchObject({ turns: 2, tracks: 10 });
    await again.close();
  });

  test('whoever has no token is refused by both, as checks from outside expect', async () => {
    for (const [name, path] of [
      ['sessions', '/v1/sessions/check'],
      ['agent', '/mcp'],
    ] as const) {
      const answer = await fetch(`${urlOf(name)}${path}`);
      expect([answer.status, answer.headers.get('content-type')]).toEqual([401, 'application/problem+json']);
    }
  });
});
