/** The tools of `agent`: what each is given and gives back. Results are cut to what an agent can use. */
import { z } from '@hono/zod-openapi';
import { BriefPatchSchema, BriefSchema } from './brief.ts';
import { ExplanationSchema } from './explanation.ts';
import { Id } from './ids.ts';
import { PlaylistSchema, PlaylistTitle } from './playlist.ts';
import { FINDABLE_KINDS, MAX_HITS, MAX_QUERY_LENGTH, SearchAnswerSchema } from './search.ts';
import {
  MOST_PROMPT_CHARACTERS,
  MOST_SEEDS,
  MOST_STEER_CHARACTERS,
  SessionAnswerSchema,
  SessionId,
  SessionSchema,
  TurnRequestSchema,
} from './session.ts';

/** Changes whenever a tool, its input or its output does. */
export const AGENT_TOOLS_VERSION = '1.0.0';

const forListener = {
  listenerId: Id.optional().describe(
    'Whom this is for. Needed with a service token; with a token of a listener it can only be that listener.',
  ),
};
const Count = z.int().min(1).max(50).optional().describe('How many tracks, 1 to 50; 10 unless told.');
const text = (most: number) =>
  z.string().trim().min(1, 'must not be empty').max(most, `must be at most ${most} characters`);

const SEEDS = ['prompt', 'brief', 'seedTracks', 'seedArtists'] as const;
const turn = TurnRequestSchema.shape;

/** Told in full where it is given: once more for each result it would double what agents have to read of the tools. */
const BriefResult = z.record(z.string(), z.unknown()).describe('As create_session takes it.');

/** Tracks in order with what spoke for each, and what of the wish they do not meet. */
const SessionTracksSchema = SessionAnswerSchema.pick({
  sessionId: true,
  listenerId: true,
  turn: true,
  turnId: true,
  expiresAt: true,
  impressionId: true,
  basis: true,
  build: true,
  briefBy: true,
  patch: true,
  unread: true,
  unknown: true,
  unmet: true,
  degraded: true,
}).extend({
  brief: BriefResult,
  items: z.array(
    SessionAnswerSchema.shape.items.element.pick({
      position: true,
      itemId: true,
      recordingId: true,
      title: true,
      artist: true,
      artistId: true,
      album: true,
      genres: true,
      year: true,
      durationMs: true,
      tempo: true,
      energy: true,
      explicit: true,
      source: true,
      notion: true,
      reasons: true,
    }),
  ),
});

const Affinity = z.object({
  id: z.string(),
  name: z.string().nullable(),
  affinity: z.number().describe('In plays, decayed to now.'),
  plays: z.number(),
});

const TasteProfileSchema = z.object({
  listenerId: z.string(),
  build: z.string().nullable(),
  generatedAt: z.string(),
  counts: z.object({ listens: z.int(), plays: z.int(), skips: z.int(), recordings: z.int() }),
  rates: z.object({ skip: z.number().nullable(), completion: z.number().nullable() }),
  appetite: z.number().nullable().describe('Share of plays that were of a new recording.'),
  artists: z.array(Affinity),
  genres: z.array(Affinity),
  tracks: z.array(Affinity.extend({ artist: z.string().nullable() })),
  recent: z.array(
    z.object({
      itemId: z.string(),
      title: z.string().nullable(),
      artist: z.string().nullable(),
      occurredAt: z.string(),
      skipped: z.boolean(),
    }),
  ),
  controls: z.array(z.object({ kind: z.string(), target: z.string(), until: z.string().nullable() })),
  degraded: z.array(z.string()),
});

const SessionOverviewSchema = SessionSchema.omit({ history: true }).extend({
  brief: BriefResult,
  history: z
    .array(
      SessionSchema.shape.history.element
        .omit({ served: true })
        .extend({ served: z.array(z.string()).describe('Item ids.') }),
    )
    .describe('The latest turns, oldest first.'),
});

const ExplainedSchema = ExplanationSchema.extend({
  constraints: ExplanationSchema.shape.constraints.unwrap().extend({ brief: BriefResult }).nullable(),
});

/** Input and output of each tool by its name. Inputs refuse what they do not know. */
export const AGENT_TOOL_SCHEMAS = {
  search: {
    input: z.strictObject({
      ...forListener,
      query: text(MAX_QUERY_LENGTH).describe('Words, or the beginning of one; slips are forgiven.'),
      kinds: z
        .array(z.enum(FINDABLE_KINDS))
        .min(1)
        .optional()
        .describe('What to look for; all kinds unless told.'),
      limit: z
        .int()
        .min(1)
        .max(MAX_HITS)
        .optional()
        .describe(`Hits of each kind, 1 to ${MAX_HITS}; 10 unless told.`),
    }),
    output: SearchAnswerSchema,
  },
  get_taste_profile: { input: z.strictObject(forListener), output: TasteProfileSchema },
  create_session: {
    input: z
      .strictObject({
        ...forListener,
        sessionId: SessionId.optional().describe(
          'An id of your own: the same call again begins nothing new. Made up where left out.',
        ),
        prompt: text(MOST_PROMPT_CHARACTERS).optional().describe('What to play, in words.'),
        brief: BriefSchema.optional().describe('What to play, field by field.'),
        seedTracks: z.array(Id).min(1).max(MOST_SEEDS).optional().describe('Item ids: music like them.'),
        seedArtists: z
          .array(Id)
          .min(1)
          .max(MOST_SEEDS)
          .optional()
          .describe('Artist ids: music of them and like them.'),
        count: Count,
      })
      .refine((given) => SEEDS.filter((name) => given[name] !== undefined).length === 1, {
        message: `exactly one of ${SEEDS.join(', ')} must be given`,
      }),
    output: SessionTracksSchema,
  },
  steer_session: {
    input: z
      .strictObject({
        ...forListener,
        sessionId: SessionId,
        turnId: Id.optional().describe(
          'An id of your own: the same call again is answered as before. Made up where left out.',
        ),
        instruction: text(MOST_STEER_CHARACTERS).optional().describe('What to change, in words.'),
        patch: BriefPatchSchema.optional().describe('Instead of words: JSON Patch of the brief.'),
        played: turn.played.unwrap().optional().describe('Since the last turn, in the order of playing.'),
        saved: turn.saved.unwrap().optional().describe('Item ids.'),
        disliked: turn.disliked.unwrap().optional().describe('Item ids: not again, here or anywhere.'),
        count: Count,
      })
      .refine(({ instruction, patch }) => instruction === undefined || patch === undefined, {
        path: ['instruction'],
        message: 'must not be given together with patch',
      }),
    output: SessionTracksSchema,
  },
  get_session: {
    input: z.strictObject({
      ...forListener,
      sessionId: SessionId,
      turns: z.int().min(0).max(100).optional().describe('How many of the latest turns; 5 unless told.'),
    }),
    output: SessionOverviewSchema,
  },
  explain: {
    input: z.strictObject({
      ...forListener,
      itemId: Id.describe('The track.'),
      sessionId: SessionId.optional().describe(
        'The session that served it; without it Discover Weekly and the build are asked.',
      ),
    }),
    output: ExplainedSchema,
  },
  save_playlist: {
    input: z.strictObject({ ...forListener, sessionId: SessionId, title: PlaylistTitle }),
    output: PlaylistSchema,
  },
} as const;

export type AgentToolName = keyof typeof AGENT_TOOL_SCHEMAS;
export type ToolInput<N extends AgentToolName> = z.output<(typeof AGENT_TOOL_SCHEMAS)[N]['input']>;
export type ToolOutput<N extends AgentToolName> = z.output<(typeof AGENT_TOOL_SCHEMAS)[N]['output']>;
