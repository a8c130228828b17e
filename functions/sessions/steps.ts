/** What the two requests that play music do: read, decide, write down, and only then publish what was served. */
import type { SessionAnswer, SessionRequest, TurnRequest } from '../../shared/api/session.ts';
import type { PatchOperation } from '../../shared/domain/brief-json-patch.ts';
import { canonicalJson } from '../../shared/domain/canonical-json.ts';
import type { IndexedItem } from '../../shared/domain/indexed-item.ts';
import { isFull, type SessionState, startSession } from '../../shared/domain/steered-session.ts';
import { foldFeedback } from '../../shared/domain/steered-session-feedback.ts';
import type { Logger } from '../../shared/logging/logger.ts';
import { rememberAnswer } from '../../shared/serving/answer.ts';
import { type Reading, startReading } from '../../shared/serving/reading.ts';
import type { SessionPlace } from '../../shared/serving/session-documents.ts';
import { type Steering, steerByPatch, steerByWords } from './briefs.ts';
import type { SessionDeps } from './deps.ts';
import { writeDislikes } from './dislikes.ts';
import { describeItems, type Material, readMaterial } from './material.ts';
import { beginFrom } from './seeds.ts';
import { type Stages, startStages } from './stages.ts';
import { takeTurn } from './turn.ts';
import type { Turn, TurnInput } from './turn-answer.ts';
import { answerBefore, BEGINNING, conflict, requireSession, takeStep } from './writing.ts';

/** What a request reads once, however often its step is taken. */
interface Prepared {
  readonly reading: Reading;
  readonly stages: Stages;
  readonly material: Material;
}

/** Begins a session, or answers again what the same request began. Throws 409 where another one has that id. */
export async function beginSession(
  deps: SessionDeps,
  logger: Logger,
  listenerId: string,
  request: SessionRequest,
): Promise<SessionAnswer> {
  const place = { listenerId, sessionId: request.sessionId ?? deps.newId() };
  const text = canonicalJson(request);
  const { reading, stages } = started(deps, logger);
  let prepared: (Prepared & { readonly state: SessionState; readonly asked: TurnInput['asked'] }) | undefined;
  const turn = await takeStep<Turn | SessionAnswer>(deps, place, async (before) => {
    const given = before && answerBefore(before, BEGINNING, text);
    if (given !== undefined) return { result: given, state: undefined };
    prepared ??= await prepareBeginning(deps, { reading, stages }, place, request, text);
    const taken = await takeTurn({ deps, ...prepared });
    return { result: taken, state: taken.state };
  });
  return 'state' in turn ? rememberAnswer(deps, reading, turn.answer) : turn;
}

async function prepareBeginning(
  deps: SessionDeps,
  { reading, stages }: Pick<Prepared, 'reading' | 'stages'>,
  { listenerId, sessionId }: SessionPlace,
  { seed, count }: SessionRequest,
  request: string,
) {
  const material = await readMaterial(deps, reading, stages, listenerId);
  const { unread, unknown, ...begun } = await beginFrom(deps, stages, material, seed);
  const state = startSession({ id: sessionId, listenerId, now: reading.now, ...begun });
  const turnId = null;
  const nothing = { feedback: [], steer: null, patch: [], previous: null };
  return { reading, stages, material, state, asked: { turnId, count, unread, unknown, request, ...nothing } };
}

/**
 * Takes a turn, or answers again what the same turn was answered. Throws NotFound for a session that is not there, 409 for
 * a turn that was taken with another body and for a session that is full.
 */
export async function continueSession(
  deps: SessionDeps,
  logger: Logger,
  place: SessionPlace,
  request: TurnRequest,
): Promise<SessionAnswer> {
  const text = canonicalJson(request);
  const { reading, stages } = started(deps, logger);
  let prepared: (Prepared & Heard) | undefined;
  const turn = await takeStep<Turn | SessionAnswer>(deps, place, async (found) => {
    const before = requireSession(found);
    const given = answerBefore(before, request.turnId, text);
    if (given !== undefined) return { result: given, state: undefined };
    if (isFull(before)) throw conflict('This session is full of what it served; begin another.');
    prepared ??= await prepareTurn(deps, { reading, stages }, place.listenerId, before, request);
    const { material, describe } = prepared;
    const { state, feedback, unknown } = foldFeedback(before, request, (id) => describe.get(id));
    const { brief, patch, unread } = await steer(deps, prepared, before, request);
    const asked = {
      ...{ turnId: request.turnId, count: request.count, feedback, patch, unread, request: text },
      steer: request.steer ?? null,
      unknown: prepared.isComplete ? unknown : [],
      previous: previousOf(request, before, describe),
    };
    const taken = await takeTurn({ deps, reading, stages, material, state: { ...state, brief }, asked });
    return { result: taken, state: taken.state };
  });
  return 'state' in turn ? rememberAnswer(deps, reading, turn.answer) : turn;
}

interface Heard {
  /** Of what was played, saved and disliked, and of what was served last. */
  readonly describe: ReadonlyMap<string, IndexedItem>;
  readonly isComplete: boolean;
}

/** Reads what a turn needs, and makes its dislikes hold everywhere before anything is served. */
async function prepareTurn(
  deps: SessionDeps,
  { reading, stages }: Pick<Prepared, 'reading' | 'stages'>,
  listenerId: string,
  before: SessionState,
  { played, saved, disliked }: TurnRequest,
): Promise<Prepared & Heard> {
  const material = await readMaterial(deps, reading, stages, listenerId);
  const last = before.history.at(-1)?.served.map(({ itemId }) => itemId) ?? [];
  const ids = [...played.map(({ itemId }) => itemId), ...saved, ...disliked, ...last];
  const { items, isComplete } = await describeItems(deps, stages, material.snapshot, ids);
  const recordings = new Set(disliked.map((itemId) => items.get(itemId)?.recordingId ?? itemId));
  await writeDislikes(deps, listenerId, [...recordings]);
  return { reading, stages, material, describe: items, isComplete };
}

async function steer(
  deps: SessionDeps,
  { stages, material, describe }: Prepared & Heard,
  { brief, history }: SessionState,
  { steer: words, patch }: TurnRequest,
): Promise<Steering> {
  if (patch !== undefined) return steerByPatch(brief, patch as readonly PatchOperation[]);
  if (words === undefined) return { brief, patch: [], unread: [] };
  const playlist = (history.at(-1)?.served ?? []).flatMap(({ itemId }) => describe.get(itemId) ?? []);
  return steerByWords(deps, stages, material.snapshot, brief, { words, playlist });
}

/** What the next track follows: what was heard last and not skipped, or what was served last. */
function previousOf(
  { played }: TurnRequest,
  before: SessionState,
  describe: ReadonlyMap<string, IndexedItem>,
): IndexedItem | null {
  const heard = played.findLast(({ skippedAtMs }) => skippedAtMs === undefined)?.itemId;
  const last = played.length > 0 ? heard : before.history.at(-1)?.served.at(-1)?.itemId;
  return (last === undefined ? undefined : describe.get(last)) ?? null;
}

function started(deps: SessionDeps, logger: Logger): Pick<Prepared, 'reading' | 'stages'> {
  return {
    reading: startReading(deps.clock.now(), logger),
    stages: startStages(() => deps.clock.now(), logger),
  };
}
