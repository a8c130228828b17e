/** Smart Shuffle: a playlist that comes back shuffled, with recommendations among its tracks. */
import { z } from '@hono/zod-openapi';
import { answerItemSchema } from './answer.ts';
import { Id } from './ids.ts';

/** Most tracks of one playlist. */
export const MOST_SHUFFLED = 10_000;

export const SmartShuffleRequestSchema = z
  .strictObject({
    listenerId: Id.optional().describe('Needed of a service; a listener’s token names its own.'),
    tracks: z
      .array(Id)
      .min(1)
      .max(MOST_SHUFFLED)
      .describe('Item ids of the playlist, in any order; one listed twice is played once.'),
    seed: z
      .string()
      .min(1)
      .max(64)
      .optional()
      .describe('The same seed and the same tracks give the same order until something is heard or built.'),
    recommendations: z.boolean().default(true).describe('False shuffles and adds nothing.'),
  })
  .openapi('SmartShuffleRequest');

const OwnItemSchema = z
  .object({
    kind: z.literal('own'),
    position: z.int(),
    itemId: z.string(),
    title: z.string().nullable().describe('Null where the catalogue does not know it.'),
    artist: z.string().nullable(),
    artistId: z.string().nullable(),
    durationMs: z.int().nullable(),
    tempo: z.number().nullable(),
    energy: z.number().nullable(),
  })
  .openapi('OwnItem');

const RecommendedItemSchema = answerItemSchema()
  .extend({
    kind: z.literal('recommended'),
    between: z.object({
      after: z.string().describe('The own track it follows.'),
      before: z.string().nullable().describe('The own track it leads to.'),
    }),
  })
  .openapi('RecommendedItem');

export const SmartShuffleSchema = z
  .object({
    surface: z.literal('smart-shuffle'),
    listenerId: z.string(),
    seed: z.string().describe('Send it again for the same order.'),
    shuffle: z.string().describe('Version of the weights.'),
    build: z.string().nullable(),
    impressionId: z.string().describe('Of the recommendations.'),
    generatedAt: z.string(),
    items: z.array(z.discriminatedUnion('kind', [OwnItemSchema, RecommendedItemSchema])),
    repeated: z
      .array(z.string())
      .describe('Ids that were listed more than once, or are other releases of one listed.'),
    unknown: z.array(z.string()).describe('Ids the catalogue does not know; they are shuffled all the same.'),
    degraded: z.array(z.string()),
  })
  .openapi('SmartShuffle');

export type SmartShuffle = z.infer<typeof SmartShuffleSchema>;
export type OwnItem = z.infer<typeof OwnItemSchema>;
