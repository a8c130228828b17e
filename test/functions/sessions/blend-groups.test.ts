import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { MOST_BLENDS } from '../../../functions/sessions/blend-routes.ts';
import { BlendGroupSchema, BlendsSchema } from '../../../shared/api/blend.ts';
import { listenerHash } from '../../../shared/schema/rows.ts';
import { forgetBlends } from '../../../shared/serving/blend-documents.ts';
import { NOW } from '../serve/harness.ts';
import { AS_JSON, type BlendHarness, type Body, membersOf, openBlends } from './blend-harness.ts';

let h: BlendHarness;
beforeEach(() => {
  h = openBlends();
});
afterEach(() => h.close());

const idsOf = (body: Body) => body.blends.map(({ blendId }) => blendId);

describe('creating', () => {
  test('makes a blend of its creator alone, with an invitation', async () => {
    const { status, body } = await h.create('ann');
    expect(status).toBe(201);
    expect(BlendGroupSchema.parse(body)).toEqual(body);
    expect(body).toMatchObject({ creator: 'ann', createdAt: new Date(NOW).toISOString() });
    expect(membersOf(body)).toEqual(['ann']);
    expect(body.invitation).not.toBe('');
  });

  test('the same requestId gives the same blend, another or another listener’s gives another', async () => {
    const first = await h.create('ann', { requestId: 'mine' });
    const again = await h.create('ann', { requestId: 'mine' });
    expect([first.status, again.status]).toEqual([201, 200]);
    expect(again.body).toEqual(first.body);
    const ids = [
      first,
      await h.create('ann', { requestId: 'other' }),
      await h.create('bob', { requestId: 'mine' }),
    ];
    expect(new Set(ids.map(({ body }) => body.blendId)).size).toBe(3);
    const many = await Promise.all(Array.from({ length: 5 }, () => h.create('cy', { requestId: 'at once' })));
    expect(many.map(({ status }) => status).sort()).toEqual([200, 200, 200, 200, 201]);
    expect(new Set(many.map(({ body }) => body.invitation)).size).toBe(1);
  });

  test('a late repeat brings back neither a deleted blend nor one that was left', async () => {
    const { body } = await h.create('ann', { requestId: 'mine' });
    await h.join(body, 'bob');
    await h.leave(body.blendId, 'ann');
    expect((await h.create('ann', { requestId: 'mine' })).status).toBe(409);
    expect(membersOf((await h.create('bob', { requestId: 'x' })).body)).toEqual(['bob']);
    await h.leave(body.blendId, 'bob');
    expect((await h.create('ann', { requestId: 'mine' })).status).toBe(409);
    expect((await h.blendsOf('ann')).body.blends).toEqual([]);
  });

  test('a service names the listener, a listener’s token names nobody else', async () => {
    const asService = (body: unknown) =>
      h.request('/v1/blends', { method: 'POST', headers: AS_JSON, body: JSON.stringify(body) });
    expect(membersOf((await asService({ listenerId: 'ann' })).body)).toEqual(['ann']);
    const unnamed = await asService({});
    expect(unnamed.status).toBe(400);
    expect(unnamed.body.errors).toMatchObject([{ pointer: '/listenerId' }]);
    expect((await h.create('ann', { listenerId: 'bob' })).status).toBe(403);
    expect((await h.request('/v1/blends', { method: 'POST', token: 'nobody' })).status).toBe(401);
  });

  test('a listener is in fifty blends at most', async () => {
    const { body: foreign } = await h.create('bob');
    const ids: string[] = [];
    for (let i = 0; i < MOST_BLENDS; i++)
      ids.push((await h.create('ann', { requestId: `r${i}` })).body.blendId);
    expect((await h.create('ann')).status).toBe(409);
    expect((await h.join(foreign, 'ann')).status).toBe(409);
    expect((await h.create('ann', { requestId: 'r0' })).status).toBe(200);
    await h.leave(ids[3] ?? '', 'ann');
    expect((await h.join(foreign, 'ann')).status).toBe(200);
  });
});

describe('joining', () => {
  test('needs the invitation and one’s own token', async () => {
    const { body } = await h.create('ann');
    const path = `/v1/blends/${body.blendId}/members`;
    for (const listener of ['bob', 'ann'])
      expect((await h.send('POST', path, listener, { invitation: 'guessed' })).status).toBe(404);
    expect(
      (await h.send('POST', path, 'bob', { invitation: body.invitation, listenerId: 'cy' })).status,
    ).toBe(403);
    expect(
      (await h.send('POST', '/v1/blends/nowhere/members', 'bob', { invitation: body.invitation })).status,
    ).toBe(404);
    const joined = await h.join(body, 'bob');
    expect(joined.status).toBe(200);
    expect(membersOf(joined.body)).toEqual(['ann', 'bob']);
  });

  test('a service joins whom it names, and nobody it does not', async () => {
    const { body } = await h.create('ann');
    const asService = (more: object) =>
      h.request(`/v1/blends/${body.blendId}/members`, {
        method: 'POST',
        headers: AS_JSON,
        body: JSON.stringify({ invitation: body.invitation, ...more }),
      });
    expect((await asService({})).body.errors).toMatchObject([{ pointer: '/listenerId' }]);
    expect(membersOf((await asService({ listenerId: 'bob' })).body)).toEqual(['ann', 'bob']);
  });

  test('twice is no error and changes nothing', async () => {
    const { body } = await h.create('ann');
    const once = await h.join(body, 'bob');
    h.clock.advance(1000);
    expect((await h.join(body, 'bob')).body).toEqual(once.body);
  });

  test('nine at once all get in, the eleventh does not', async () => {
    const { body } = await h.create('m0');
    const all = await Promise.all(Array.from({ length: 9 }, (_, i) => h.join(body, `m${i + 1}`)));
    expect(all.map(({ status }) => status)).toEqual(Array(9).fill(200));
    const { body: mine } = await h.blendsOf('m0');
    expect(mine.blends[0]?.members).toHaveLength(10);
    const late = await h.join(body, 'late');
    expect(late.status).toBe(409);
    expect(late.body.type).toBe('urn:segue:problem:conflict');
    expect(late.body.detail).toContain('10 members');
    expect((await h.join(body, 'm9')).status).toBe(200);
  });

  test('twelve at once: nine get in and three are refused', async () => {
    const { body } = await h.create('m0');
    const all = await Promise.all(Array.from({ length: 12 }, (_, i) => h.join(body, `m${i + 1}`)));
    const got = (status: number) => all.filter((answer) => answer.status === status).length;
    expect([got(200), got(409)]).toEqual([9, 3]);
    const member = all.find(({ status }) => status === 200);
    expect(member).toBeDefined();
    expect((await h.blendsOf('m0')).body.blends[0]?.members).toHaveLength(10);
  });
});

describe('leaving and deleting', () => {
  test('one leaves with one’s own token, and doing it again is no error', async () => {
    const { blendId } = await h.blendOf('ann', 'bob', 'cy');
    expect((await h.leave(blendId, 'bob', 'l:ann')).status).toBe(403);
    expect((await h.leave(blendId, 'bob')).status).toBe(204);
    expect((await h.leave(blendId, 'bob')).status).toBe(204);
    expect((await h.leave('nowhere', 'bob')).status).toBe(204);
    expect((await h.blendsOf('bob')).body.blends).toEqual([]);
    expect((await h.blendsOf('cy')).body.blends[0]?.members.map(({ listenerId }) => listenerId)).toEqual([
      'ann',
      'cy',
    ]);
  });

  test('a join and a departure at once both count', async () => {
    const blend = await h.blendOf('ann', 'bob');
    const answers = await Promise.all([
      h.join(blend, 'cy'),
      h.leave(blend.blendId, 'bob'),
      h.join(blend, 'dee'),
    ]);
    expect(answers.map(({ status }) => status)).toEqual([200, 204, 200]);
    expect((await h.blendsOf('ann')).body.blends[0]?.members.map(({ listenerId }) => listenerId)).toEqual([
      'ann',
      'cy',
      'dee',
    ]);
  });

  test('the creator deletes for all; another member may not, a stranger learns nothing', async () => {
    const blend = await h.blendOf('ann', 'bob');
    const { blendId } = blend;
    expect((await h.remove(blendId, 'l:bob')).status).toBe(403);
    const [strange, unknown] = [await h.remove(blendId, 'l:eve'), await h.remove('nowhere', 'l:eve')];
    expect([strange.status, unknown.status]).toEqual([404, 404]);
    expect(strange.body.detail.replace(blendId, 'nowhere')).toBe(unknown.body.detail);
    expect((await h.remove(blendId, 'l:ann')).status).toBe(204);
    for (const listener of ['ann', 'bob']) {
      expect((await h.blendsOf(listener)).body.blends).toEqual([]);
      expect((await h.today(blendId, listener)).status).toBe(404);
    }
    expect((await h.join(blend, 'cy')).status).toBe(404);
    expect((await h.remove(blendId, 'l:ann')).status).toBe(404);
    const other = await h.blendOf('ann', 'bob');
    expect((await h.remove(other.blendId, 'svc')).status).toBe(204);
  });

  test('after the creator left, who was there longest deletes', async () => {
    const { body } = await h.create('ann');
    await h.join(body, 'zoe');
    h.clock.advance(1);
    await h.join(body, 'bob');
    await h.leave(body.blendId, 'ann');
    expect((await h.remove(body.blendId, 'l:bob')).status).toBe(403);
    expect((await h.remove(body.blendId, 'l:zoe')).status).toBe(204);
  });

  test('the list is of one’s own blends', async () => {
    const mine = await h.blendOf('ann', 'bob');
    const other = await h.blendOf('cy', 'ann');
    await h.blendOf('cy', 'dee');
    const { body } = await h.blendsOf('ann');
    expect(BlendsSchema.parse(body)).toEqual(body);
    expect(idsOf(body)).toEqual([mine.blendId, other.blendId].sort());
    expect((await h.request('/v1/listeners/ann/blends', { token: 'l:bob' })).status).toBe(403);
  });
});

describe('an erased listener', () => {
  test('is taken out of every blend and leaves no document behind', async () => {
    const two = await h.blendOf('ann', 'bob');
    const three = await h.blendOf('bob', 'ann', 'cy');
    const alone = (await h.create('bob')).body;
    expect(await forgetBlends(h.documents, listenerHash('bob'))).toBe(3);
    expect(await forgetBlends(h.documents, listenerHash('bob'))).toBe(0);
    const stored = await Promise.all(
      ['blends', 'blend-members', 'blend-days'].map((name) => h.documents.list(name)),
    );
    expect(JSON.stringify(stored)).not.toContain('"bob"');
    expect((await h.documents.list('blend-members')).map(({ id }) => id.split('~')[1]).sort()).toEqual(
      [two.blendId, three.blendId, three.blendId].sort(),
    );
    expect((await h.today(alone.blendId, 'bob')).status).toBe(404);
    expect((await h.blendsOf('ann')).body.blends).toHaveLength(2);
  });

  test('is gone for the others from the tombstone on, and may come back after', async () => {
    const blend = await h.blendOf('ann', 'bob', 'cy');
    await h.erase('bob', NOW + 1, null);
    const during = await h.blendsOf('ann');
    expect(during.body.blends[0]?.members.map(({ listenerId }) => listenerId)).toEqual(['ann', 'cy']);
    expect((await h.join(blend, 'bob')).status).toBe(503);
    expect((await h.create('bob')).status).toBe(503);
    expect((await h.blendsOf('bob')).body.blends).toEqual([]);
    await h.erase('bob', NOW + 1, NOW + 2);
    h.clock.advance(10);
    expect(membersOf((await h.join(blend, 'bob')).body)).toEqual(['ann', 'bob', 'cy']);
    expect((await h.blendsOf('ann')).body.blends[0]?.members).toHaveLength(3);
  });

  test('an erasure that begins while somebody joins finds them, or they find it', async () => {
    await h.close();
    let duringJoin = async () => {};
    h = openBlends((documents) => ({
      get: (collection, id) => documents.get(collection, id),
      list: (collection, options) => documents.list(collection, options),
      delete: (collection, id) => documents.delete(collection, id),
      async put(collection, id, value, options) {
        if (collection === 'blends') await duringJoin();
        return documents.put(collection, id, value, options);
      },
    }));
    const { body } = await h.create('ann');
    // The whole erasure runs after the index is written and before the group is.
    duringJoin = async () => {
      duringJoin = async () => {};
      await h.erase('bob', NOW + 1, null);
      await forgetBlends(h.documents, listenerHash('bob'));
    };
    expect((await h.join(body, 'bob')).status).toBe(503);
    expect(JSON.stringify(await h.documents.list('blends'))).not.toContain('"bob"');
    expect(await h.documents.list('blend-members')).toHaveLength(1);
  });

  test('nothing is answered while erasures cannot be read', async () => {
    const { blendId } = await h.blendOf('ann', 'bob');
    const { TransientError } = await import('../../../shared/errors.ts');
    h.faults.set('erasures', new TransientError('down'));
    expect((await h.blendsOf('ann')).status).toBe(503);
    expect((await h.today(blendId, 'ann')).status).toBe(503);
  });
});

describe('bad requests', () => {
  test.each([
    ['/v1/blends', { requestId: 7 }, '/requestId'],
    ['/v1/blends', { requestId: '' }, '/requestId'],
    ['/v1/blends', { listenerId: 'x'.repeat(129) }, '/listenerId'],
    ['/v1/blends', { members: ['bob'] }, '/members'],
    ['/v1/blends', [], ''],
    ['/v1/blends/b/members', {}, '/invitation'],
    ['/v1/blends/b/members', { invitation: null }, '/invitation'],
    ['/v1/blends/b/members', { invitation: 'i', as: 'cy' }, '/as'],
    [`/v1/blends/${'b'.repeat(129)}/members`, { invitation: 'i' }, '/path/id'],
    ['/v1/blends/%C3%A9/members', { invitation: 'i' }, '/path/id'],
  ])('POST %s %j names %s', async (path, body, pointer) => {
    const answer = await h.send('POST', path, 'ann', body);
    expect(answer.status).toBe(400);
    expect(answer.body.errors.map((error) => error.pointer)).toEqual([pointer]);
  });

  test('a body that is no JSON, none at all, or too large', async () => {
    const post = (init: RequestInit & { headers?: Record<string, string> }) =>
      h.request('/v1/blends', { method: 'POST', token: 'l:ann', ...init });
    expect((await post({ headers: AS_JSON, body: '{' })).status).toBe(400);
    expect(
      (await post({ headers: AS_JSON, body: JSON.stringify({ requestId: 'x'.repeat(5000) }) })).status,
    ).toBe(413);
    expect((await h.blendsOf('ann')).body.blends).toEqual([]);
  });
});
