/** What a turn answers, and what the session remembers of it. */
import type { SessionAnswer } from '../../shared/api/session.ts';
import type { Brief } from '../../shared/domain/brief.ts';
import type { PatchOperation } from '../../shared/domain/brief-json-patch.ts';
import { type Candidate, listenersPartOf } from '../../shared/domain/candidate.ts';
import type { IndexedItem } from '../../shared/domain/indexed-item.ts';
import {
  expiryAfter,
  recordTurn,
  type SessionReason,
  type SessionState,
  type SessionTurn,
} from '../../shared/domain/steered-session.ts';
import { type NextTrack, RELATED_TIER, SESSION_WEIGHTS } from '../../shared/domain/steered-session-next.ts';
import { type AnswerContext, describeAnswer, roundScore } from '../../shared/serving/answer.ts';
import type { Reading } from '../../shared/serving/reading.ts';
import { type Choice, notionOf } from '../../shared/serving/recommend.ts';
import type { SessionDeps } from './deps.ts';
import type { Material } from './material.ts';
import type { Stages } from './stages.ts';

const MOST_UNKNOWN = 100;
/** From here on how well a track fits the session is worth naming. */
const FITS = 0.1;

export interface TurnInput {
  readonly deps: SessionDeps;
  readonly reading: Reading;
  readonly stages: Stages;
  readonly material: Material;
  /** Feedback and steering already in it. */
  readonly state: SessionState;
  readonly asked: {
    readonly turnId: string | null;
    readonly count: number;
    readonly feedback: SessionTurn['feedback'];
    readonly steer: string | null;
    readonly patch: readonly PatchOperation[];
    readonly unread: readonly string[];
    readonly unknown: readonly string[];
    /** What was heard last, to go on from; null: unknown or nothing. */
    readonly previous: IndexedItem | null;
    /** The request as text, by which a repetition of it is known. */
    readonly request: string;
  };
}

export interface Turn {
  readonly state: SessionState;
  /** To be remembered as served once the turn is written down: another request may take it first. */
  readonly answer: SessionAnswer;
}

/** Writes the answer of a turn that serves `tracks`, and the state after it. */
export async function writeTurn(
  { deps, reading, stages, material, state, asked }: TurnInput,
  tracks: readonly NextTrack[],
  unmet: SessionAnswer['unmet'],
  evidence: readonly Candidate[],
): Promise<Turn> {
  const { view } = material;
  const known = new Map(evidence.map((candidate) => [candidate.recordingId, candidate]));
  const choices = tracks.map((track): Choice => {
    const candidate = candidateOf(track, known.get(track.proposal.item.recordingId));
    return { candidate, score: track.score, parts: track.parts, notion: notionOf(view, candidate) };
  });
  const byBrief = new Set(
    choices.flatMap(({ candidate }) => (candidate.evidence.length === 0 ? candidate.itemId : [])),
  );
  const context: AnswerContext = {
    surface: 'session',
    listenerId: state.listenerId,
    basis: basisOf(state, material),
    build: view.build,
    taste: view.built?.taste,
    impressionId: deps.newId(),
    rankingVersion: SESSION_WEIGHTS.version,
  };
  const base = await stages.run('serve', () => describeAnswer(deps, reading, context, choices));
  const reasons = tracks.map(reasonsOf);
  const answer = {
    ...base,
    items: base.items.map((item, place) => ({
      ...item,
      source: byBrief.has(item.itemId) ? ('brief' as const) : item.source,
      reasons: [...(reasons[place] ?? [])],
    })),
    degraded: [...new Set([...base.degraded, ...stages.degraded])].sort(),
    sessionId: state.id,
    turn: state.turns,
    turnId: asked.turnId,
    brief: briefOf(state.brief),
    briefBy: state.briefBy,
    patch: structuredClone(asked.patch) as SessionAnswer['patch'],
    unread: [...asked.unread],
    unknown: asked.unknown.slice(0, MOST_UNKNOWN),
    unmet,
    stages: structuredClone(stages.times) as SessionAnswer['stages'],
  };
  const turn = {
    turnId: asked.turnId,
    at: reading.now,
    feedback: asked.feedback,
    steer: asked.steer,
    patch: asked.patch,
    unmet: unmet.map(({ constraint }) => constraint),
    served: tracks.map(({ proposal: { item }, parts }, place) => ({
      itemId: item.itemId,
      recordingId: item.recordingId,
      artistId: item.artistId,
      parts: Object.fromEntries(Object.entries(parts).map(([name, value]) => [name, roundScore(value)])),
      reasons: reasons[place] ?? [],
    })),
  };
  const expiresAt = expiryAfter(reading.now);
  const whole: SessionAnswer = { ...answer, expiresAt };
  const recorded = recordTurn(state, turn, { request: asked.request, answer: JSON.stringify(whole) });
  return { state: recorded, answer: whole };
}

/** A brief as JSON has it: lists that may be written to. */
export function briefOf(brief: Brief): SessionAnswer['brief'] {
  return structuredClone(brief) as SessionAnswer['brief'];
}

/** The item as the catalogue has it, with the evidence that the build found for its recording. */
function candidateOf({ proposal: { item } }: NextTrack, found: Candidate | undefined): Candidate {
  const { itemId, recordingId, artistId, tempo, key, mode, energy, explicit, genres } = item;
  return {
    ...{ itemId, recordingId, artistId, tempo, key, mode, energy },
    explicit: explicit ?? false,
    genre: genres[0] ?? null,
    score: found?.score ?? 0,
    ...(found === undefined ? { artistPlays: null } : listenersPartOf(found)),
    evidence: found?.evidence ?? [],
  };
}

function reasonsOf({ proposal, parts }: NextTrack): SessionReason[] {
  const fits = roundScore(parts.artist + parts.genre + parts.sound);
  return [
    ...proposal.reasons,
    ...proposal.violated.map((constraint) => ({ reason: 'gave_way', value: constraint })),
    ...(proposal.tier === RELATED_TIER ? [{ reason: 'related_instead', value: null }] : []),
    ...(fits >= FITS ? [{ reason: 'fits_session', value: fits }] : []),
  ];
}

function basisOf({ seeds }: SessionState, { view }: Material): AnswerContext['basis'] {
  if (seeds.tracks.length + seeds.artists.length > 0) return 'item';
  if (view.built !== undefined) return 'build';
  return view.signals.heard.size > 0 ? 'signals' : 'popularity';
}
