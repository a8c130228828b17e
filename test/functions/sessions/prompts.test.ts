import { afterEach, describe, expect, test } from 'vitest';
import { BUDGETS } from '../../../functions/sessions/stages.ts';
import { parseWrittenBrief } from '../../../shared/api/brief.ts';
import type { Session } from '../../../shared/api/session.ts';
import type { BriefWriter } from '../../../shared/ports/brief-writer.ts';
import { fill, openSessions, type SessionsHarness } from './harness.ts';

let h: SessionsHarness;
afterEach(() => h.close());

async function open(write?: BriefWriter['write']) {
  const asked: string[] = [];
  const briefWriters = {
    forListener: (listenerId: string) => {
      asked.push(listenerId);
      return { write: write as BriefWriter['write'] };
    },
  };
  const budgets = { ...BUDGETS, model: 100 };
  h = openSessions({ deps: write === undefined ? {} : { briefWriters, budgets } });
  await fill(h);
  return asked;
}

const prompt = 'calm jazz, zxqv';
const begin = () => h.begin({ sessionId: 's1', seed: { prompt }, count: 10 });
const meanEnergy = (items: readonly { energy: number | null }[]) =>
  items.reduce((sum, { energy }) => sum + (energy ?? 0), 0) / items.length;

describe('a prompt', () => {
  test('is parsed where there is no model, and what it did not understand is told', async () => {
    await open();
    const { status, body } = await begin();
    expect(status).toBe(200);
    expect(body).toMatchObject({
      briefBy: 'parser',
      brief: { genres: ['jazz'], moods: ['calm'] },
      degraded: [],
    });
    expect(body.unread.join(' ')).toContain('zxqv');
    expect(new Set(body.items.flatMap(({ genres }) => genres))).toEqual(new Set(['jazz']));
    const session = await h.request<Session>('GET', '/v1/sessions/s1');
    expect(session.body).toMatchObject({ prompt, briefBy: 'parser' });
  });

  test('of which nothing is understood plays something, and says so', async () => {
    await open();
    const { status, body } = await h.begin({ seed: { prompt: '??? 🦜 wxyz' } });
    expect(status).toBe(200);
    expect(body.items).toHaveLength(10);
  });

  test('is written by the model, which names what code looks up; what is not there is told', async () => {
    const asked = await open(async () =>
      parseWrittenBrief({ genres: ['disco', 'polka'], seedArtists: ['The jazz-artist-1'] }),
    );
    const { body } = await begin();
    expect(body).toMatchObject({
      briefBy: 'model',
      brief: { genres: ['disco'], seedArtists: ['jazz-artist-1'] },
    });
    expect(body.unread).toContain('polka');
    expect(asked).toEqual(['ann']);
    expect(body.stages[1]?.stage).toBe('brief');
  });

  test.each<[string, BriefWriter['write']]>([
    ['fails', async () => Promise.reject(new Error('quota'))],
    ['takes too long', async () => new Promise<never>(() => {})],
    ['writes what is no brief', async () => ({ genres: 'jazz' }) as never],
    [
      'throws at once',
      () => {
        throw new Error('no credentials');
      },
    ],
  ])('is parsed where the model %s', async (_, write) => {
    await open(write);
    const { status, body } = await begin();
    expect(status).toBe(200);
    expect(body).toMatchObject({ briefBy: 'parser', brief: { genres: ['jazz'] }, degraded: ['model'] });
    expect(body.stages.find(({ stage }) => stage === 'brief')).toMatchObject({ degraded: ['model'] });
  });

  test('a model that takes too long is told to stop', async () => {
    let stopped = false;
    await open(
      (_, __, signal) =>
        new Promise<never>((_resolve, reject) => {
          signal.addEventListener('abort', () => {
            stopped = true;
            reject(new Error('aborted'));
          });
        }),
    );
    await begin();
    expect(stopped).toBe(true);
  });
});

describe('steering', () => {
  test('more upbeat: the patch and the new brief are told, and what follows has more of it', async () => {
    await open();
    const first = await h.begin({
      sessionId: 's1',
      seed: { brief: { genres: ['jazz', 'ambient', 'disco', 'metal'] } },
    });
    const { body } = await h.turn('s1', { turnId: 't1', steer: 'more upbeat' });
    expect(body.patch.length).toBeGreaterThan(0);
    expect(body.brief).not.toEqual(first.body.brief);
    expect(meanEnergy(body.items)).toBeGreaterThan(meanEnergy(first.body.items));
    const { body: session } = await h.request<Session>('GET', '/v1/sessions/s1');
    expect(session.brief).toEqual(body.brief);
    expect(session.history[1]).toMatchObject({ steer: 'more upbeat', patch: body.patch });
    const next = await h.turn('s1', { turnId: 't2' });
    expect(next.body).toMatchObject({ patch: [], brief: body.brief });
  });

  test('no <genre>: it does not come again', async () => {
    await open();
    await h.begin({ sessionId: 's1', seed: { brief: { genres: ['jazz', 'disco'] } } });
    const { body } = await h.turn('s1', { turnId: 't1', steer: 'no disco', count: 30 });
    expect(body.items.flatMap(({ genres }) => genres)).not.toContain('disco');
    expect(body.brief.exclude.genres).toEqual(['disco']);
  });

  test('by a patch', async () => {
    await open();
    await h.begin({ sessionId: 's1', seed: { artists: ['jazz-artist-1'] } });
    const patch = [{ op: 'replace', path: '/genres', value: ['metal'] }];
    const { body } = await h.turn('s1', { turnId: 't1', patch });
    expect(body).toMatchObject({ patch, brief: { genres: ['metal'], seedArtists: ['jazz-artist-1'] } });
    expect(new Set(body.items.flatMap(({ genres }) => genres))).toEqual(new Set(['metal']));
  });

  test('words that mean nothing change nothing and are told', async () => {
    await open();
    const first = await h.begin({ sessionId: 's1', seed: { artists: ['jazz-artist-1'] } });
    const { body } = await h.turn('s1', { turnId: 't1', steer: 'zxqv wvut' });
    expect(body.unread.join(' ')).toContain('zxqv');
    expect({ ...body.brief, unread: [] }).toEqual(first.body.brief);
  });

  test('again and again, the brief stays one that could be sent', async () => {
    await open();
    await h.begin({ sessionId: 's1', seed: { prompt: 'jazz' } });
    for (let i = 0; i < 12; i++) {
      const words = Array.from({ length: 12 }, (_, k) => `zx${'abcdefghijkl'[i]}${'mnopqrstuvwx'[k]}q`).join(
        ' ',
      );
      const { status } = await h.turn('s1', { turnId: `t${i}`, steer: `more upbeat ${words}`, count: 1 });
      expect(status).toBe(200);
    }
    const { body } = await h.request<Session>('GET', '/v1/sessions/s1');
    expect((await h.begin({ seed: { brief: body.brief } })).status).toBe(200);
  });
});
