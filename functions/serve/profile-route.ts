/** What Segue makes of a listener: the build's taste with everything since laid over it. */
import { createRoute, z } from '@hono/zod-openapi';
import type { ApiApp } from '../../shared/api/app.ts';
import { Id } from '../../shared/api/ids.ts';
import { BEARER, problemResponses } from '../../shared/api/openapi.ts';
import { requireListener } from '../../shared/auth/principal.ts';
import { buildIdOf } from '../../shared/domain/build-id.ts';
import { isInForce } from '../../shared/domain/control.ts';
import { hourlyProfile } from '../../shared/domain/hourly-profile.ts';
import { type Affinity, layAffinities } from '../../shared/domain/taste.ts';
import { readListener, startReading } from '../../shared/serving/reading.ts';
import type { ServeDeps } from './deps.ts';

const TOP = 20;

const AffinitySchema = z.object({
  id: z.string(),
  name: z.string().nullable(),
  affinity: z.number().describe('In plays, decayed to now with a half-life of 30 days.'),
  plays: z.number(),
});

const ProfileSchema = z
  .object({
    listenerId: z.string(),
    build: z.string().nullable(),
    generatedAt: z.string(),
    counts: z.object({
      listens: z.int(),
      plays: z.int(),
      skips: z.int(),
      sessions: z.int(),
      recordings: z.int().describe('Distinct recordings heard, an upper bound where live ones repeat.'),
    }),
    rates: z.object({ skip: z.number().nullable(), completion: z.number().nullable() }),
    appetite: z.number().nullable().describe('Share of plays that were of a new recording.'),
    artists: z.array(AffinitySchema),
    genres: z.array(AffinitySchema),
    tracks: z.array(AffinitySchema.extend({ artist: z.string().nullable() })),
    hours: z.array(
      z.object({
        hour: z.int(),
        plays: z.number(),
        tempo: z.number().nullable(),
        energy: z.number().nullable(),
        key: z.string().nullable().describe('Most frequent Camelot key.'),
      }),
    ),
    recent: z.array(
      z.object({
        itemId: z.string(),
        recordingId: z.string(),
        title: z.string().nullable(),
        artist: z.string().nullable(),
        occurredAt: z.string(),
        skipped: z.boolean(),
        private: z.boolean(),
      }),
    ),
    controls: z.array(z.object({ kind: z.string(), target: z.string(), until: z.string().nullable() })),
    degraded: z.array(z.string()),
  })
  .openapi('Profile');

const route = createRoute({
  method: 'get',
  path: '/v1/listeners/{id}/profile',
  summary: 'What Segue makes of a listener',
  security: BEARER,
  request: { params: z.object({ id: Id }) },
  responses: {
    200: { description: 'The profile.', content: { 'application/json': { schema: ProfileSchema } } },
    ...problemResponses(400, 401, 403, 503),
  },
});

export function addProfileRoute(app: ApiApp, deps: ServeDeps): void {
  app.openapi(route, async (c) => {
    const { id } = c.req.valid('param');
    requireListener(c.get('principal'), id);
    const reading = startReading(deps.clock.now(), c.get('logger'));
    const { built, signals, row } = await readListener(deps, reading, id);
    const taste = built?.taste;
    const lay = (entries: readonly Affinity[], live: typeof signals.artists) =>
      layAffinities(entries, taste?.asOf ?? reading.now, live, reading.now).slice(0, TOP);

    const names = new Map(taste?.artists.map(({ id: artist, name }) => [artist, name]));
    const artists = lay(taste?.artists ?? [], signals.artists);
    const genres = lay(
      (taste?.genres ?? []).map(({ name, ...rest }) => ({ id: name, ...rest })),
      signals.genres,
    );
    const recordings = lay(
      (taste?.tracks ?? []).map(({ recording, ...rest }) => ({ ...rest, id: recording })),
      signals.recordings,
    );
    const itemOf = new Map(taste?.tracks.map(({ id: item, recording }) => [recording, item]));
    for (const [recording, { itemId }] of signals.heard) itemOf.set(recording, itemId);
    const items = await reading.attempt(
      'catalogue',
      () =>
        deps.catalogue.get([
          ...signals.recent.map(({ itemId }) => itemId),
          ...recordings.map(({ id: recording }) => itemOf.get(recording) ?? recording),
        ]),
      new Map(),
    );
    for (const item of items.values()) if (item.artistId !== null) names.set(item.artistId, item.artist);
    const listens = (taste?.listens ?? 0) + signals.rates.listens;
    const skips = (taste?.skips ?? 0) + signals.rates.skips;
    const plays = (taste?.plays ?? 0) + signals.rates.listens - signals.rates.skips;
    const measured = (taste?.measured ?? 0) + signals.rates.measured;
    const completions = (taste?.completions ?? 0) + signals.rates.completed;
    c.header('cache-control', 'no-store');
    return c.json(
      {
        listenerId: id,
        build: built === undefined ? null : buildIdOf(built.build),
        generatedAt: new Date(reading.now).toISOString(),
        counts: {
          listens,
          plays,
          skips,
          sessions: (taste?.sessions ?? 0) + signals.sessions.length,
          recordings: (taste?.recordings ?? 0) + signals.recordings.size,
        },
        rates: {
          skip: listens === 0 ? null : skips / listens,
          completion: measured === 0 ? null : completions / measured,
        },
        appetite: taste === undefined ? null : taste.appetite / 1000,
        artists: artists.map((entry) => ({ ...entry, name: names.get(entry.id) ?? null })),
        genres: genres.map((entry) => ({ ...entry, name: entry.id })),
        tracks: recordings.map((entry) => {
          const item = items.get(itemOf.get(entry.id) ?? entry.id);
          return {
            ...entry,
            id: itemOf.get(entry.id) ?? entry.id,
            name: item?.title ?? null,
            artist: item?.artist ?? null,
          };
        }),
        hours: hourlyProfile(taste?.hours ?? [], signals.hours),
        recent: signals.recent.map((listen) => ({
          itemId: listen.itemId,
          recordingId: listen.recordingId,
          title: items.get(listen.itemId)?.title ?? null,
          artist: items.get(listen.itemId)?.artist ?? null,
          occurredAt: new Date(listen.occurredAt).toISOString(),
          skipped: listen.skipped,
          private: listen.private,
        })),
        controls: row.controls
          .filter((control) => isInForce(control, reading.now))
          .map(({ kind, target, until }) => ({
            kind,
            target,
            until: until === null ? null : new Date(until).toISOString(),
          })),
        degraded: [...reading.degraded].sort(),
      },
      200,
    );
  });
}
