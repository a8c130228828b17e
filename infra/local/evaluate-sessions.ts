/** Next-track evaluation of the stages: a build over train sessions, its cells ranked by what serving ranks them with. */
import type { ListeningEvent } from '../../shared/domain/event.ts';
import { parseSessionCell } from '../../shared/domain/session-cell.ts';
import {
  rankNext,
  SESSION_WEIGHTS,
  type SessionWeights,
  type TrackSessions,
} from '../../shared/domain/session-neighbours.ts';
import {
  itemKnnRanker,
  sequentialRulesRanker,
  vsknnRanker,
} from '../../shared/evaluation/session-baselines.ts';
import {
  compareSessions,
  evaluateSessions,
  type NextTrackEvaluation,
  type SessionRanker,
} from '../../shared/evaluation/session-evaluation.ts';
import {
  readSessions,
  splitSessionsInOrder,
  type TrackSequence,
} from '../../shared/evaluation/session-file.ts';
import type { FittedStep, SessionDifference } from '../../shared/evaluation/session-report.ts';
import { SESSION_TUNING, tuneSessionWeights } from '../../shared/evaluation/session-tuning.ts';
import { listenRow } from '../../shared/schema/table-rows.ts';
import { stageNamed } from '../../shared/sql/stages.ts';
import { bareListen } from './bare-listen.ts';
import { withBuild } from './evaluate-pipeline.ts';
import type { Settings } from './settings.ts';

const K = 20;
const STAGE = 'session_neighbours';
const START = Date.UTC(2020, 0, 1);
/** Sessions follow one another by more than the longest of them: what is later in the file is more recent. */
const SESSION_MS = 86_400_000;

/** A session as plays a minute apart by a listener of its own, so that no two run into one. */
function listensOf(session: TrackSequence, index: number): ListeningEvent[] {
  return session.map((track, at) =>
    bareListen({
      eventId: `${index}-${String(at).padStart(6, '0')}`,
      listener: index,
      item: track,
      at: START + index * SESSION_MS + at * 60_000,
      plays: 1,
      source: 'sessions',
    }),
  );
}

/** What a build over `train` knows of each track's sessions: the stages' cells as serving parses them. */
export async function knownOfSessions(
  engine: Pick<Settings, 'threads' | 'memory'>,
  train: readonly TrackSequence[],
): Promise<ReadonlyMap<number, TrackSessions<number>>> {
  const listens = train.flatMap((session, index) => listensOf(session, index).map(listenRow));
  const cutoff = START + (train.length + 1) * SESSION_MS;
  return withBuild(engine, { listens, catalogue: [] }, { cutoff, last: STAGE, sql: true }, async (space) => {
    const known = new Map<number, TrackSessions<number>>();
    for await (const rows of space.read(stageNamed(STAGE)))
      for (const row of rows) known.set(Number(row.item_id), numbered(String(row.session)));
    return known;
  });
}

function numbered(text: string): TrackSessions<number> {
  const { rules, sessions } = parseSessionCell(text);
  return {
    rules: rules.map(({ track, share }) => ({ track: Number(track), share })),
    sessions: sessions.map(({ id, tracks }) => ({
      id,
      tracks: tracks.map(({ track, distance }) => ({ track: Number(track), distance })),
    })),
  };
}

function segueRanker(
  known: ReadonlyMap<number, TrackSessions<number>>,
  weights: SessionWeights,
): SessionRanker {
  return {
    name: 'segue',
    rank: (prefix, k) =>
      rankNext(prefix, known, weights)
        .slice(0, k)
        .map(({ track }) => track),
  };
}

export interface SessionReport {
  readonly evaluations: readonly NextTrackEvaluation[];
  /** Segue minus each of the others, in their order. */
  readonly differences: readonly SessionDifference[];
}

/** The shipped ranking and published ones on the last tenth of a file's sessions. Throws as readSessions(). */
export async function evaluateSessionFile(
  engine: Pick<Settings, 'threads' | 'memory'>,
  path: string,
  seed: number,
): Promise<SessionReport> {
  const { train, test } = splitSessionsInOrder(await readSessions(path));
  const segue = segueRanker(await knownOfSessions(engine, train), SESSION_WEIGHTS);
  const others = [vsknnRanker(train, 100), sequentialRulesRanker(train), itemKnnRanker(train)];
  const [ours, ...theirs] = [segue, ...others].map((ranker) =>
    evaluateSessions(ranker, test, { k: K, seed }),
  );
  if (ours === undefined) throw new Error('Segue was not evaluated.');
  return {
    evaluations: [ours, ...theirs],
    differences: theirs.map((other) => ({ ranker: other.ranker, ...compareSessions(ours, other, { seed }) })),
  };
}

/** Steps of the fit on the last tenth of train, which is all it sees of the file: test is never ranked. */
export async function fitSessionWeights(
  engine: Pick<Settings, 'threads' | 'memory'>,
  path: string,
  onStep: (step: FittedStep) => void,
): Promise<void> {
  const { train } = splitSessionsInOrder(await readSessions(path));
  const { train: earlier, test: validation } = splitSessionsInOrder(train);
  const known = await knownOfSessions(engine, earlier);
  const sample = validation.filter((_, index) => index % SESSION_TUNING.stride === 0);
  const figures = new Map<SessionWeights, NextTrackEvaluation>();
  tuneSessionWeights(
    (weights) => {
      const found = evaluateSessions(segueRanker(known, weights), sample, { k: K, seed: 1, resamples: 1 });
      figures.set(weights, found);
      return found.hitRate.mean + found.mrr.mean;
    },
    (step) => {
      const found = figures.get(step.weights);
      onStep({ ...step, hitRate: found?.hitRate.mean ?? Number.NaN, mrr: found?.mrr.mean ?? Number.NaN });
    },
  );
}
