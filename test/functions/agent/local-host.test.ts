import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Host, startHost } from '../../../infra/local/host.ts';
import { readSettings } from '../../../infra/local/settings.ts';
import { bareItem } from '../../../shared/domain/item.ts';
import { temporaryDirectory } from '../../contract/embedded-stores.ts';
import { refuse, transportTo, use } from './harness.ts';

const directory = temporaryDirectory();
let host: Host;
beforeAll(async () => {
  host = await startHost(
    readSettings({
      PORT: '0',
      SEGUE_DATA: directory.path,
      SEGUE_LOG: 'silent',
      SEGUE_COMMUNITY: 'off',
      SEGUE_REBUILD_HOUR: 'off',
      SEGUE_THREADS: '1',
      SEGUE_MEMORY_GIB: '0.25',
    }),
  );
});
afterAll(async () => {
  await host.stop();
  directory.remove();
});

async function connect(listenerId: string | null): Promise<Client> {
  const { token } = await host.core.operations.issueToken({ listenerId, days: 1 });
  const client = new Client({ name: 'test', version: '0' });
  await client.connect(transportTo(`${host.address}/mcp`, token));
  return client;
}

test('the host on an empty directory answers agents, honestly', async () => {
  const client = await connect('ann');
  expect((await client.listTools()).tools).toHaveLength(7);
  expect(await use(client, 'get_taste_profile')).toMatchObject({ listenerId: 'ann', build: null });
  expect(await use(client, 'search', { query: 'anything' })).toMatchObject({ build: null });
  const refused = await refuse(client, 'create_session', { seedTracks: ['nobody-knows'] });
  expect(refused).toMatchObject({ status: 400, errors: [{ pointer: '/seedTracks' }] });

  await host.core.catalogue.learn([{ ...bareItem('known', 'test', 1), title: 'Known', genres: ['rock'] }]);
  const begun = await use(client, 'create_session', { sessionId: 'first', seedTracks: ['known'] });
  expect(begun.items).toEqual([]);
  expect(begun.degraded).toContain('build');
  expect(await use(client, 'get_session', { sessionId: 'first' })).toMatchObject({ turns: 1, tracks: 0 });
  await client.close();
});

test('tokens of the host tell who asks', async () => {
  const [bob, service] = await Promise.all([connect('bob'), connect(null)]);
  expect(await refuse(bob, 'get_session', { sessionId: 'first', listenerId: 'ann' })).toMatchObject({
    status: 403,
  });
  expect(await refuse(service, 'get_taste_profile')).toMatchObject({ errors: [{ pointer: '/listenerId' }] });
  expect(await use(service, 'get_taste_profile', { listenerId: 'bob' })).toMatchObject({ listenerId: 'bob' });
  await Promise.all([bob.close(), service.close()]);
  const forged = new Client({ name: 'test', version: '0' });
  await expect(forged.connect(transportTo(`${host.address}/mcp`, 'forged'))).rejects.toThrow();
});
