/** A session: music that goes on turn by turn, reacting to what was played, skipped, saved and asked for. Its state, pure. */

import { hash } from 'node:crypto';
import type { Brief } from './brief.ts';
import type { PatchOperation } from './brief-json-patch.ts';
import { NO_MOVING_AVERAGE, type SessionAverage } from './steered-session-average.ts';
import { DAY_MS } from './time.ts';

export type SessionFeedback = 'played' | 'skipped' | 'saved' | 'disliked';

/** Of BRIEF_REASONS, or the session's own: `fits_session`, `gave_way` (value: the constraint), `related_instead`. */
export interface SessionReason {
  readonly reason: string;
  readonly value: string | number | null;
}

/** Why a track was served: what of the brief and of the session spoke for it. */
export interface ServedTrack {
  readonly itemId: string;
  readonly recordingId: string;
  readonly artistId: string | null;
  /** Addends of its score. */
  readonly parts: Readonly<Record<string, number>>;
  readonly reasons: readonly SessionReason[];
}

/** One turn as it is remembered: what the listener did, what that changed, what came of it. */
export interface SessionTurn {
  /** 0: the session's beginning. */
  readonly turn: number;
  readonly turnId: string | null;
  /** Epoch ms. */
  readonly at: number;
  readonly feedback: readonly {
    readonly itemId: string;
    readonly kind: SessionFeedback;
    readonly strength: number;
  }[];
  readonly steer: string | null;
  readonly patch: readonly PatchOperation[];
  readonly unmet: readonly string[];
  readonly served: readonly ServedTrack[];
}

/** An answer that is given again where its request comes again. */
export interface KeptAnswer {
  readonly turn: number;
  readonly json: string;
}

export interface SessionState {
  readonly version: 1;
  readonly id: string;
  readonly listenerId: string;
  readonly createdAt: number;
  /** ISO 8601: a store may collect it from then on, and nobody reads it any more. */
  readonly expiresAt: string;
  readonly brief: Brief;
  readonly briefBy: 'parser' | 'model' | 'request' | 'seeds';
  readonly prompt: string | null;
  readonly seeds: { readonly tracks: readonly string[]; readonly artists: readonly string[] };
  readonly average: SessionAverage;
  /** idKey() of every item and recording that is not to be served (again): seeds, served, disliked. */
  readonly barred: readonly string[];
  /** Artists served or played last, newest first. */
  readonly lastArtists: readonly string[];
  /** Number of turns taken, the beginning included. */
  readonly turns: number;
  readonly tracks: number;
  /** By turn: idKey() of the turn's id, and of its request. */
  readonly log: readonly string[];
  /** Newest first, as far as they fit. */
  readonly answers: readonly KeptAnswer[];
  /** Oldest first, the latest of them. */
  readonly history: readonly SessionTurn[];
}

/** Bounds that keep a session within a document of 900 kB, most of which are barred ids and kept answers. */
export const SESSION_LIMITS = {
  /** A session that has barred so many ids has served weeks of music. */
  barred: 24_000,
  turns: 6_000,
  /** What the history tells of, and how many bytes it may take. */
  historyTurns: 100,
  historyBytes: 120_000,
  answers: 20,
  answersBytes: 200_000,
  lastArtists: 12,
  days: 30,
} as const;

/** 48 bits of an id's SHA-256 in base64url: one id in 10 billion sessions of a thousand tracks is taken for another. */
export function idKey(id: string): string {
  return hash('sha256', id, 'base64url').slice(0, 8);
}

export function startSession(
  begin: Pick<SessionState, 'id' | 'listenerId' | 'brief' | 'briefBy' | 'prompt' | 'seeds'> & {
    readonly average?: SessionAverage;
    readonly barred: Iterable<string>;
    readonly now: number;
  },
): SessionState {
  const { now, barred, average = NO_MOVING_AVERAGE, ...rest } = begin;
  return {
    ...rest,
    version: 1,
    createdAt: now,
    expiresAt: expiryAfter(now),
    average,
    barred: [...new Set([...barred].map(idKey))],
    lastArtists: [],
    turns: 0,
    tracks: 0,
    log: [],
    answers: [],
    history: [],
  };
}

/** ISO 8601 instant at which a session that is left alone from `now` (epoch ms) expires. */
export function expiryAfter(now: number): string {
  return new Date(now + SESSION_LIMITS.days * DAY_MS).toISOString();
}

export function isExpired(state: Pick<SessionState, 'expiresAt'>, now: number): boolean {
  return Date.parse(state.expiresAt) <= now;
}

/** True where the session remembers as much as it may: it is over, and another has to be begun. */
export function isFull(state: Pick<SessionState, 'barred' | 'turns'>): boolean {
  return state.barred.length >= SESSION_LIMITS.barred || state.turns >= SESSION_LIMITS.turns;
}

/** What the log says of a turn's request: new, the same as before (and which turn), or another under the same id. */
export function turnSeen(
  state: Pick<SessionState, 'log'>,
  turnId: string,
  request: string,
): 'new' | 'conflict' | { readonly repeats: number } {
  const key = idKey(`turn ${turnId}`);
  const turn = state.log.findIndex((entry) => entry.startsWith(key));
  if (turn < 0) return 'new';
  return state.log[turn] === key + idKey(request) ? { repeats: turn } : 'conflict';
}

/** The state after a turn: its tracks barred from coming again, its answer and history kept as far as they fit. */
export function recordTurn(
  state: SessionState,
  turn: Omit<SessionTurn, 'turn'>,
  { request, answer }: { readonly request: string; readonly answer: string },
): SessionState {
  const number = state.turns;
  const barred = new Set(state.barred);
  for (const { itemId, recordingId } of turn.served) barred.add(idKey(itemId)).add(idKey(recordingId));
  const artists = turn.served.flatMap(({ artistId }) => artistId ?? []).reverse();
  const kept: KeptAnswer = { turn: number, json: answer };
  return {
    ...state,
    expiresAt: expiryAfter(turn.at),
    barred: [...barred],
    lastArtists: [...artists, ...state.lastArtists].slice(0, SESSION_LIMITS.lastArtists),
    turns: number + 1,
    tracks: state.tracks + turn.served.length,
    log: [...state.log, idKey(`turn ${turn.turnId ?? ''}`) + idKey(request)],
    answers: fitting([kept, ...state.answers].slice(0, SESSION_LIMITS.answers), SESSION_LIMITS.answersBytes),
    history: fitting(
      [{ ...turn, turn: number }, ...state.history.toReversed()].slice(0, SESSION_LIMITS.historyTurns),
      SESSION_LIMITS.historyBytes,
    ).reverse(),
  };
}

/** The first entries whose JSON fits; the very first always does. */
function fitting<T>(entries: readonly T[], bytes: number): T[] {
  let left = bytes;
  const last = entries.findIndex((entry) => {
    left -= Buffer.byteLength(JSON.stringify(entry));
    return left < 0;
  });
  return entries.slice(0, last < 0 ? entries.length : Math.max(1, last));
}
