/** Sessions at the edge: what begins one, what a turn says, and what is answered. */

import { z } from '@hono/zod-openapi';
import { DAY_MS } from '../domain/time.ts';
import { answerItemSchema, answerSchema, SourceSchema } from './answer.ts';
import { BriefPatchSchema, BriefSchema } from './brief.ts';
import { Id } from './ids.ts';

export const MOST_PROMPT_CHARACTERS = 2_000;
export const MOST_STEER_CHARACTERS = 500;
export const MOST_PLAYLIST = 10_000;
export const MOST_SEEDS = 50;
/** Beside what a playlist of MOST_PLAYLIST ids takes. */
export const MAX_SESSION_BYTES = 2 * 1_048_576;

export const SessionId = z
  .string()
  .regex(/^[A-Za-z0-9_-]{1,64}$/, 'must be 1 to 64 letters, digits, - or _')
  .openapi({ example: 'evening-1' });

const Count = z.int().min(1).max(50).describe('How many tracks, 1 to 50.');
const SEEDS = ['tracks', 'artists', 'playlist', 'brief', 'prompt'] as const;

const SeedSchema = z
  .strictObject({
    tracks: z.array(Id).min(1).max(MOST_SEEDS).optional().describe('Item ids: music like them.'),
    artists: z
      .array(Id)
      .min(1)
      .max(MOST_SEEDS)
      .optional()
      .describe('Artist ids: music of them and like them.'),
    playlist: z
      .array(Id)
      .min(1)
      .max(MOST_PLAYLIST)
      .optional()
      .describe('Item ids: music that goes on from it.'),
    brief: BriefSchema.optional(),
    prompt: z
      .string()
      .trim()
      .min(1, 'must not be empty')
      .max(MOST_PROMPT_CHARACTERS, `must be at most ${MOST_PROMPT_CHARACTERS} characters`)
      .optional()
      .describe('What to play, in words.'),
  })
  .refine((seed) => SEEDS.filter((name) => seed[name] !== undefined).length === 1, {
    message: `must be exactly one of ${SEEDS.join(', ')}`,
  });

export const SessionRequestSchema = z
  .strictObject({
    sessionId: SessionId.optional().describe("The app's own id: the same request again begins nothing new."),
    listenerId: Id.optional().describe('Needed with a service token.'),
    seed: SeedSchema,
    count: Count.default(10),
  })
  .openapi('SessionRequest');
export type SessionRequest = z.infer<typeof SessionRequestSchema>;

const Milliseconds = z.int().min(0).max(DAY_MS);

export const TurnRequestSchema = z
  .strictObject({
    turnId: Id.describe("The app's own id: the same turn again is answered as before."),
    played: z
      .array(
        z.strictObject({
          itemId: Id,
          msPlayed: Milliseconds,
          skippedAtMs: Milliseconds.optional().describe('Where in the track it was skipped, if it was.'),
        }),
      )
      .max(200)
      .default([])
      .describe('Since the last turn, in the order of playing.'),
    saved: z.array(Id).max(200).default([]).describe('Item ids.'),
    disliked: z.array(Id).max(50).default([]).describe('Item ids: not again, here or anywhere.'),
    steer: z
      .string()
      .trim()
      .min(1, 'must not be empty')
      .max(MOST_STEER_CHARACTERS, `must be at most ${MOST_STEER_CHARACTERS} characters`)
      .optional()
      .openapi({ example: 'more upbeat' }),
    patch: BriefPatchSchema.optional().describe('Instead of words: what to change of the brief.'),
    count: Count.default(10),
  })
  .refine(({ steer, patch }) => steer === undefined || patch === undefined, {
    path: ['steer'],
    message: 'must not be sent together with patch',
  })
  .openapi('SessionTurnRequest');
export type TurnRequest = z.infer<typeof TurnRequestSchema>;

const UnmetSchema = z.object({
  constraint: z.string().describe("The brief's field."),
  reason: z.string(),
  satisfied: z.int().describe('Tracks of this answer that satisfy it.'),
  of: z.int(),
});

export const ReasonSchema = z
  .object({ reason: z.string(), value: z.union([z.string(), z.number()]).nullable() })
  .describe('What of the brief or of the session spoke for it; `gave_way` names what it does not meet.');

const SessionItemSchema = answerItemSchema()
  .extend({
    source: z.enum([...SourceSchema.options, 'brief']).describe('`brief`: found by what was asked for.'),
    reasons: z.array(ReasonSchema),
  })
  .openapi('SessionItem');

export const SessionAnswerSchema = answerSchema()
  .extend({
    items: z.array(SessionItemSchema),
    sessionId: z.string(),
    turn: z.int().describe('0: the beginning.'),
    turnId: z.string().nullable(),
    expiresAt: z.string(),
    brief: BriefSchema,
    briefBy: z.enum(['parser', 'model', 'request', 'seeds']).describe('Who wrote the brief at first.'),
    patch: BriefPatchSchema.describe('What this turn changed of the brief.'),
    unread: z.array(z.string()).describe('Words of the prompt or of steer that meant nothing here.'),
    unknown: z.array(z.string()).describe('Ids of the request that nobody knows, at most 100 of them.'),
    unmet: z.array(UnmetSchema).describe('What of the brief these tracks do not meet.'),
    stages: z.array(
      z.object({ stage: z.string(), ms: z.number(), degraded: z.array(z.string()).optional() }),
    ),
  })
  .openapi('SessionAnswer');
export type SessionAnswer = z.infer<typeof SessionAnswerSchema>;

const LeaningSchema = z.array(z.object({ name: z.string(), strength: z.number() }));
const PullSchema = z.object({ centre: z.number(), mass: z.number() }).nullable();
const SoundSchema = z.object({ towards: PullSchema, away: PullSchema });

export const SessionSchema = z
  .object({
    sessionId: z.string(),
    listenerId: z.string(),
    createdAt: z.string(),
    expiresAt: z.string(),
    prompt: z.string().nullable(),
    seeds: z.object({ tracks: z.array(z.string()), artists: z.array(z.string()) }),
    brief: BriefSchema,
    briefBy: z.enum(['parser', 'model', 'request', 'seeds']),
    turns: z.int(),
    tracks: z.int().describe('Served so far.'),
    leanings: z
      .object({
        tempo: SoundSchema,
        energy: SoundSchema,
        valence: SoundSchema,
        genres: LeaningSchema,
        artists: LeaningSchema,
      })
      .describe('What the session has come to lean to: moving averages, skips counting against.'),
    history: z
      .array(
        z.object({
          turn: z.int(),
          turnId: z.string().nullable(),
          at: z.string(),
          feedback: z.array(
            z.object({
              itemId: z.string(),
              kind: z.enum(['played', 'skipped', 'saved', 'disliked']),
              strength: z.number(),
            }),
          ),
          steer: z.string().nullable(),
          patch: BriefPatchSchema,
          unmet: z.array(z.string()),
          served: z.array(
            z.object({
              itemId: z.string(),
              recordingId: z.string(),
              artistId: z.string().nullable(),
              parts: z.record(z.string(), z.number()),
              reasons: z.array(ReasonSchema),
            }),
          ),
        }),
      )
      .describe(
        'The latest turns, oldest first: what was heard, what that changed, what came of it and why.',
      ),
  })
  .openapi('Session');
export type Session = z.infer<typeof SessionSchema>;
