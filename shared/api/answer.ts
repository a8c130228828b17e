/** What a surface answers: items in order, each with its reasons. */
import { z } from '@hono/zod-openapi';
import { onDemand } from './on-demand.ts';

export const SourceSchema = z.enum([
  'co_listening',
  'artist_neighbours',
  'new_releases',
  'audio_neighbours',
  'transitions',
  'session_neighbours',
  'tag_neighbours',
  'popularity',
]);

export const answerItemSchema = onDemand(() =>
  z
    .object({
      position: z.int().describe('Zero-based; send it back with the event, beside impressionId.'),
      itemId: z.string(),
      recordingId: z.string(),
      title: z.string().nullable(),
      artist: z.string().nullable(),
      artistId: z.string().nullable(),
      album: z.string().nullable(),
      genres: z.array(z.string()),
      durationMs: z.int().nullable(),
      tempo: z.number().nullable().describe('Beats per minute.'),
      key: z.int().nullable().describe('Pitch class, 0 = C.'),
      mode: z.int().nullable().describe('1 = major, 0 = minor.'),
      energy: z.number().nullable(),
      year: z.int().nullable(),
      explicit: z.boolean(),
      source: SourceSchema.describe('The generator that proposed it on the strongest evidence.'),
      sources: z.array(
        z.object({
          source: SourceSchema,
          score: z.number().describe('1 is the best candidate this generator had here.'),
          seed: z.string().nullable().describe('Item or artist that led here.'),
        }),
      ),
      seedTracks: z.array(
        z.object({ itemId: z.string(), title: z.string().nullable(), artist: z.string().nullable() }),
      ),
      seedArtists: z.array(z.object({ artistId: z.string(), name: z.string().nullable() })),
      notion: z
        .string()
        .describe(
          'What kind of discovery it is for this listener now: new_track, emerging (an artist they played once or twice), ' +
            'new_artist, taste_broadening (and of genres foreign to them), forgotten_favourite, or familiar.',
        ),
      score: z.number(),
      scoreParts: z.record(z.string(), z.number()).describe('Addends of score.'),
      propensity: z.number().describe('Probability with which it was served here.'),
      impressionId: z.string(),
    })
    .openapi('AnswerItem'),
);

export const answerSchema = onDemand(() =>
  z
    .object({
      surface: z.string(),
      listenerId: z.string().nullable(),
      basis: z
        .enum(['build', 'signals', 'popularity', 'item'])
        .describe('What it rests on; `popularity` where the listener is not known.'),
      build: z.string().nullable(),
      ranking: z.string().describe('Version of the ranking weights.'),
      impressionId: z.string(),
      generatedAt: z.string(),
      items: z.array(answerItemSchema()),
      degraded: z.array(z.string()).describe('Parts that this answer had to do without.'),
    })
    .openapi('Answer'),
);

export type Answer = z.infer<ReturnType<typeof answerSchema>>;
export type AnswerItem = z.infer<ReturnType<typeof answerItemSchema>>;
