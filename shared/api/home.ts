/** Home: shelves in order, each with its items and why it stands where it stands. */
import { z } from '@hono/zod-openapi';
import { DEVICES } from '../domain/home-context.ts';
import { SHELVES } from '../domain/home-shelves.ts';

const HomeItemSchema = z
  .object({
    kind: z.enum(['track', 'episode', 'playlist', 'artist']),
    position: z.int().describe('100 times the shelf’s place, plus the place on the shelf; both from 0.'),
    itemId: z.string(),
    recordingId: z.string(),
    title: z.string().nullable(),
    artist: z.string().nullable().describe('Of an episode, its show.'),
    artistId: z.string().nullable(),
    durationMs: z.int().nullable(),
    progressMs: z.int().nullable().describe('How far an episode was heard; null for music.'),
    href: z.string().nullable().describe('Where a playlist is read.'),
    reason: z.string().describe('Why it is here, in words.'),
    source: z.string(),
    seeds: z.array(z.string()).describe('Items or artists that led here.'),
    notion: z.string().nullable(),
    score: z.number(),
    propensity: z.number(),
    impressionId: z.string(),
  })
  .openapi('HomeItem');

export const HomeQuerySchema = z.object({
  hour: z.coerce.number().int().min(0).max(23).optional().describe('Of the listener’s clock; else of UTC.'),
  weekday: z.coerce
    .number()
    .int()
    .min(1)
    .max(7)
    .optional()
    .describe('1 Monday to 7 Sunday, of the listener’s clock.'),
  device: z.enum(DEVICES).optional(),
  items: z.coerce.number().int().min(1).max(50).default(10).describe('Most items of a shelf.'),
});

export const HomeSchema = z
  .object({
    surface: z.literal('home'),
    listenerId: z.string(),
    build: z.string().nullable(),
    ranking: z.string(),
    impressionId: z.string(),
    generatedAt: z.string(),
    context: z.object({ hour: z.int(), weekday: z.int(), device: z.enum(DEVICES).nullable() }),
    shelves: z.array(
      z.object({
        id: z.enum(SHELVES),
        title: z.string(),
        score: z.number(),
        scoreParts: z.object({
          stream: z.number().describe('How likely listening of this kind is now, by the listener’s own mix.'),
          reward: z
            .number()
            .describe('How well listening of this kind goes: smoothed rate of completion and saves.'),
          variety: z.number().describe('Less for each further shelf of a kind.'),
        }),
        items: z.array(HomeItemSchema),
      }),
    ),
    degraded: z.array(z.string()),
  })
  .openapi('Home');

export type Home = z.infer<typeof HomeSchema>;
export type HomeItem = z.infer<typeof HomeItemSchema>;
