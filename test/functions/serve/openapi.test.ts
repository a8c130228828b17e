import type { z } from '@hono/zod-openapi';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { ApiApp } from '../../../shared/api/app.ts';
import { openApiDocument } from '../../../shared/api/openapi.ts';
import { openDuckdbWarehouse } from '../../../shared/embedded/duckdb-warehouse.ts';
import type { Warehouse } from '../../../shared/ports/warehouse.ts';
import { listenRow } from '../../../shared/schema/table-rows.ts';
import { acceptedEvent } from '../fakes/events.ts';
import { ingestHarness, submitted } from '../ingest/harness.ts';
import { ACTIVE, type Harness, NOW, openServe } from './harness.ts';
import { heardText, poolText, someLines, tasteText } from './pool-text.ts';

const METHODS = ['get', 'put', 'post', 'delete', 'options', 'head', 'patch', 'trace'];

let h: Harness;
let warehouse: Warehouse;
let ingest: ApiApp;
let document: ReturnType<typeof openApiDocument>;
beforeAll(async () => {
  warehouse = await openDuckdbWarehouse({ directory: ':memory:', threads: 1, memory: '256MB' });
  h = openServe({ warehouse });
  ingest = ingestHarness().app;
  document = openApiDocument([ingest, h.app], { version: '1.2.3' });
  await h.putListener('ann', ACTIVE, {
    pool: poolText(
      someLines('own', 40, { evidence: 'c900.0a30.0s5.0p1', tempo: 120, key: 1, mode: 1, energy: 0.5 }),
      ['seed'],
    ),
    heard: heardText(['x']),
    taste: tasteText(ACTIVE),
  });
  await h.putRelated('seed', ACTIVE, someLines('rel', 5, { evidence: 'c900n30s5' }));
  await h.putPopular(ACTIVE, someLines('pop', 40));
  await h.putCatalogue(ACTIVE, [{ item: 'own0', title: 'Own', artist: 'A', artistId: 'a', durationMs: 1 }]);
  await h.publishBuilds(ACTIVE);
  await h.learn({
    itemId: 'own0',
    title: 'T',
    artist: 'A',
    album: 'L',
    genres: ['g'],
    durationMs: 1,
    year: 1999,
  });
  await h.live({ itemId: 'played', private: true }, { itemId: 'skipped', skipped: true });
  await warehouse.append('listens', [listenRow(acceptedEvent({ receivedAt: NOW }))]);
});
afterAll(async () => {
  await h.close();
  await warehouse.close();
});

interface Operation {
  readonly responses: Record<string, { description: string; content?: Record<string, { schema: unknown }> }>;
  readonly parameters?: readonly { name: string; in: string; required?: boolean; schema: unknown }[];
  readonly security?: readonly Record<string, unknown>[];
  readonly summary?: string;
}

const operations = () =>
  Object.entries((document.paths ?? {}) as Record<string, Record<string, Operation>>).flatMap(
    ([path, item]) => Object.entries(item).map(([method, operation]) => ({ path, method, operation })),
  );

describe('the document', () => {
  test('is OpenAPI 3.1 in shape: info, paths, operations with described responses', () => {
    expect(document.openapi).toMatch(/^3\.1\./);
    expect(document.info).toMatchObject({ title: 'Segue', version: '1.2.3' });
    expect(operations().length).toBeGreaterThanOrEqual(14);
    for (const { path, method, operation } of operations()) {
      expect(path.startsWith('/')).toBe(true);
      expect(METHODS).toContain(method);
      expect(operation.summary, path).toBeTruthy();
      expect(Object.keys(operation.responses).some((status) => status.startsWith('2'))).toBe(true);
      for (const [status, { description, content }] of Object.entries(operation.responses)) {
        expect(status).toMatch(/^[1-5]\d\d$/);
        expect(description).toBeTruthy();
        for (const [type, { schema }] of Object.entries(content ?? {})) {
          expect(type).toMatch(/^[a-z]+\/[a-z0-9.+-]+$/);
          expect(schema).toBeTypeOf('object');
        }
      }
    }
  });

  test('every parameter of a path is declared and required, and no other', () => {
    for (const { path, operation } of operations()) {
      const inPath = [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name).sort();
      const declared = (operation.parameters ?? []).filter((parameter) => parameter.in === 'path');
      expect(declared.map(({ name }) => name).sort(), path).toEqual(inPath);
      expect(declared.every(({ required }) => required === true)).toBe(true);
    }
  });

  test('every reference and every security scheme is there', () => {
    const components = document.components as Record<string, Record<string, unknown>>;
    const references = [...JSON.stringify(document).matchAll(/"\$ref":"#\/components\/(\w+)\/(\w+)"/g)];
    expect(references.length).toBeGreaterThan(20);
    for (const [, kind = '', name = ''] of references) expect(components[kind], name).toHaveProperty(name);
    for (const { operation } of operations())
      for (const scheme of (operation.security ?? []).flatMap((one) => Object.keys(one)))
        expect(components.securitySchemes).toHaveProperty(scheme);
  });

  test('lists every route that is answered, and none besides', () => {
    const answered = [...ingest.routes, ...h.app.routes]
      .filter(({ method }) => method !== 'ALL')
      .map(({ method, path }) => `${method.toLowerCase()} ${path.replaceAll(/:(\w+)/g, '{$1}')}`);
    const listed = operations().map(({ method, path }) => `${method} ${path}`);
    expect(new Set(listed)).toEqual(new Set(answered));
  });

  test('everything but health and the token check says that it needs a token', () => {
    const open = operations().filter(({ operation }) => (operation.security ?? []).length === 0);
    expect(open.map(({ path }) => path).sort()).toEqual(['/livez', '/readyz']);
  });
});

/** The zod schema that the route documents for a status and type. */
function schemaOf(app: ApiApp, method: string, path: string, status: number, type: string): z.ZodType {
  for (const definition of app.openAPIRegistry.definitions) {
    if (definition.type !== 'route') continue;
    const { route } = definition;
    if (route.method !== method.toLowerCase() || route.path !== path) continue;
    const response = route.responses[status];
    const content = response !== undefined && 'content' in response ? response.content?.[type] : undefined;
    if (content !== undefined && 'schema' in content) return content.schema as z.ZodType;
  }
  throw new Error(`${method} ${path} documents no ${status} of ${type}.`);
}

describe('answers are what is documented, field by field', () => {
  const JSON_TYPE = 'application/json';
  const PROBLEM = 'application/problem+json';
  const listener = '/v1/listeners/{id}';

  test.each([
    ['GET', `${listener}/discover-weekly`, '/v1/listeners/ann/discover-weekly', 200, JSON_TYPE],
    ['GET', `${listener}/discover-weekly`, '/v1/listeners/nobody/discover-weekly', 200, JSON_TYPE],
    ['GET', `${listener}/discover-weekly`, '/v1/listeners/ann/discover-weekly', 200, 'application/jspf+json'],
    ['GET', `${listener}/next`, '/v1/listeners/ann/next?seed=seed', 200, JSON_TYPE],
    ['GET', `${listener}/next`, '/v1/listeners/ann/next?seed=nowhere', 404, PROBLEM],
    ['GET', '/v1/tracks/{id}/similar', '/v1/tracks/seed/similar', 200, JSON_TYPE],
    ['GET', '/v1/tracks/{id}/similar', '/v1/tracks/seed/similar?limit=0', 400, PROBLEM],
    ['GET', '/v1/search', '/v1/search?q=own&listener=ann', 200, JSON_TYPE],
    ['GET', '/v1/search', '/v1/search', 400, PROBLEM],
    ['GET', `${listener}/profile`, '/v1/listeners/ann/profile', 200, JSON_TYPE],
    ['GET', `${listener}/profile`, '/v1/listeners/nobody/profile', 200, JSON_TYPE],
    ['GET', `${listener}/export`, '/v1/listeners/ann/export', 200, JSON_TYPE],
    ['PUT', `${listener}/controls/{kind}/{target}`, '/v1/listeners/ann/controls/dislike/x', 200, JSON_TYPE],
    [
      'DELETE',
      `${listener}/controls/{kind}/{target}`,
      '/v1/listeners/ann/controls/dislike/x',
      200,
      JSON_TYPE,
    ],
    ['DELETE', listener, '/v1/listeners/eve', 200, JSON_TYPE],
    ['GET', '/livez', '/livez', 200, JSON_TYPE],
    ['GET', '/readyz', '/readyz', 200, JSON_TYPE],
  ])('%s %s: %s is %i', async (method, pattern, path, status, type) => {
    const { body, ...answer } = await h.request(path, { method, headers: { accept: type } });
    expect(answer.status).toBe(status);
    expect(answer.headers.get('content-type')?.split(';')[0]).toBe(type);
    expect(schemaOf(h.app, method, pattern, status, type).parse(body)).toEqual(body);
  });

  test.each([
    [401, { token: null }],
    [403, { token: 'l:bob' }],
  ])('a refusal is %i as documented', async (status, options) => {
    const { body, ...answer } = await h.request('/v1/listeners/ann/profile', options);
    expect(answer.status).toBe(status);
    expect(schemaOf(h.app, 'GET', `${listener}/profile`, status, PROBLEM).parse(body)).toEqual(body);
  });

  test('unready is documented as well', async () => {
    const empty = openServe();
    const { status, body } = await empty.request('/readyz');
    expect(schemaOf(empty.app, 'GET', '/readyz', status, JSON_TYPE).parse(body)).toEqual(body);
    await empty.close();
  });

  test('ingest answers what it documents', async () => {
    const { app, send } = ingestHarness();
    const some = await send('/v1/events', [submitted(), submitted({ eventId: 'e2', type: 'hum', extra: 1 })]);
    expect(some.status).toBe(202);
    expect(schemaOf(app, 'POST', '/v1/events', 202, JSON_TYPE).parse(some.body)).toEqual(some.body);
    const ok = await send(
      '/1/submit-listens',
      {
        listen_type: 'single',
        payload: [{ listened_at: NOW / 1000 - 60, track_metadata: { artist_name: 'A', track_name: 'T' } }],
      },
      { token: 'l:ann' },
    );
    expect(schemaOf(app, 'POST', '/1/submit-listens', 200, JSON_TYPE).parse(ok.body)).toEqual(ok.body);
    const bad = await send('/1/submit-listens', { listen_type: 'x' }, { token: 'l:ann' });
    expect(schemaOf(app, 'POST', '/1/submit-listens', 400, JSON_TYPE).parse(bad.body)).toEqual(bad.body);
  });
});
