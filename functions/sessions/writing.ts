/** Sessions one after the other: each turn is written upon the state it was taken from, and taken again where that changed. */
import { HTTPException } from 'hono/http-exception';
import type { SessionAnswer } from '../../shared/api/session.ts';
import { type SessionState, turnSeen } from '../../shared/domain/steered-session.ts';
import { NotFound, TransientError } from '../../shared/errors.ts';
import { VersionConflict } from '../../shared/ports/document-store.ts';
import {
  readSessionPlace,
  removeSession,
  type SessionPlace,
  type StoredSession,
  saveSession,
} from '../../shared/serving/session-documents.ts';
import type { SessionDeps } from './deps.ts';

/** Turns that come at once are taken one after the other; so many may come before one gives up. */
const MOST_ATTEMPTS = 20;

type Stores = Pick<SessionDeps, 'documents' | 'erasures' | 'clock'>;

/** The session as it stands. Throws NotFound where there is none, it has expired or its listener was erased. */
export async function findSession(deps: Stores, place: SessionPlace): Promise<SessionState> {
  return requireSession((await lookUp(deps, place)).state);
}

/** Throws NotFound where there is none. */
export function requireSession(state: SessionState | undefined): SessionState {
  if (state === undefined) throw new NotFound('There is no such session, or it has expired.');
  return state;
}

/** The erasure is read first: what is written upon a document that it removes meets a conflict. */
async function lookUp({ documents, erasures, clock }: Stores, place: SessionPlace): Promise<StoredSession> {
  const erasedAt = (await erasures.erasedAt([place.listenerId])).get(place.listenerId);
  return readSessionPlace(documents, place, { now: clock.now(), erasedAt });
}

/** The answer given before to the same request, undefined where it is new. Throws 409 for another request of the same id. */
export function answerBefore(
  { log, answers }: SessionState,
  turnId: string,
  request: string,
): SessionAnswer | undefined {
  const seen = turnSeen({ log }, turnId, request);
  if (seen === 'new') return undefined;
  const what = turnId === BEGINNING ? 'This session' : `The turn ${JSON.stringify(turnId)}`;
  if (seen === 'conflict') throw conflict(`${what} was asked for with another body.`);
  const kept = answers.find(({ turn }) => turn === seen.repeats);
  if (kept === undefined) throw conflict(`${what} was answered too long ago for its answer to be kept.`);
  return JSON.parse(kept.json) as SessionAnswer;
}

/** The id of what begins a session, which no turn of an app has. */
export const BEGINNING = '';

export function conflict(message: string): HTTPException {
  return new HTTPException(409, { message });
}

/** What a request makes of a session (undefined: there is none): an answer given before, or a new state to be written. */
export type Step<T> = (state: SessionState | undefined) => Promise<Taken<T>>;
export interface Taken<T> {
  readonly result: T;
  /** Undefined: nothing is to be written. */
  readonly state: SessionState | undefined;
}

/**
 * Takes a step and writes what came of it; where somebody else wrote meanwhile, takes it again upon that. Throws what the
 * step throws, and TransientError where others keep writing or the listener is being erased; nothing is left behind then.
 */
export async function takeStep<T>(deps: Stores, place: SessionPlace, step: Step<T>): Promise<T> {
  for (let attempt = 0; attempt < MOST_ATTEMPTS; attempt++) {
    const before = await lookUp(deps, place);
    const { result, state } = await step(before.state);
    if (state === undefined) return result;
    try {
      if (before.state === undefined) await create(deps, place, state, before.version);
      else await saveSession(deps.documents, state, before.version);
      return result;
    } catch (error) {
      if (!(error instanceof VersionConflict)) throw error;
    }
  }
  throw new TransientError('Too many turns of this session at once.');
}

/** A new document stands in no erasure's way, so whether there was one is asked once more when it is there. */
async function create(
  { documents, erasures }: Stores,
  place: SessionPlace,
  state: SessionState,
  replaced: string | null,
): Promise<void> {
  const erasedAt = async () => (await erasures.erasedAt([place.listenerId])).get(place.listenerId) ?? 0;
  if ((await erasedAt()) >= state.createdAt) throw new TransientError('The listener is being erased.');
  await saveSession(documents, state, replaced);
  if ((await erasedAt()) < state.createdAt) return;
  await removeSession(documents, place);
  throw new TransientError('The listener was erased meanwhile.');
}
