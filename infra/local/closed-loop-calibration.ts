/** Simulated listening held against real histories: the same figures of both, and whether they agree. */
import { createReadStream } from 'node:fs';
import { createInterface } from 'node:readline';
import { createGunzip } from 'node:zlib';
import { PermanentError } from '../../shared/errors.ts';
import { importPaths } from '../../shared/import/import.ts';
import {
  countBy,
  type Figures,
  type HeardOnce,
  historyFigures,
  meanFigures,
  spread,
} from '../../shared/simulation/closed-loop-figures.ts';
import { createListeners, playHistory } from '../../shared/simulation/closed-loop-history.ts';
import type { LoopListen } from '../../shared/simulation/closed-loop-listen.ts';
import type { LoopParameters } from '../../shared/simulation/closed-loop-parameters.ts';
import { createWorld, type LoopSize } from '../../shared/simulation/closed-loop-world.ts';
import { type ArtistPlays, alignmentFigures } from './closed-loop-alignment.ts';
import type { Settings } from './settings.ts';

/** Of the simulated listeners of a year, the busier half is compared with the real one, who listens every day. */
const YEAR = { listeners: 60, days: 366, compared: 30 } as const;

/** Figures of one listener's timed history up to `now` (epoch ms). Throws PermanentError where the files hold no play. */
export async function realHistoryFigures(paths: readonly string[], now: number): Promise<Figures> {
  const listens: HeardOnce[] = [];
  const run = importPaths(paths, { listenerId: 'me', receivedAt: now, onSkip: () => {} });
  for await (const batch of run)
    for (const imported of batch)
      if (imported.kind === 'event' && imported.event.type === 'listen' && imported.event.msPlayed !== null)
        listens.push({
          at: imported.event.occurredAt,
          recording: imported.event.recordingId,
          msPlayed: imported.event.msPlayed,
        });
  if (listens.length === 0) throw new PermanentError('No plays were found in these files.');
  return historyFigures(listens.sort((a, b) => a.at - b.at));
}

/** Plays by listener and artist of an aggregated set. Throws PermanentError where the files hold none. */
export async function realArtistPlays(paths: readonly string[], now: number): Promise<ArtistPlays> {
  const plays = new Map<string, Map<string, number>>();
  const run = importPaths(paths, { listenerId: 'me', receivedAt: now, onSkip: () => {} });
  for await (const batch of run)
    for (const imported of batch)
      if (imported.kind === 'event') addPlays(plays, imported.event.listenerId, imported.event);
  if (plays.size === 0) throw new PermanentError('No listener was found in these files.');
  return plays;
}

function addPlays(
  plays: Map<string, Map<string, number>>,
  listenerId: string,
  { itemId, plays: count }: { readonly itemId: string; readonly plays: number },
): void {
  const own = plays.get(listenerId) ?? new Map<string, number>();
  plays.set(listenerId, own.set(itemId, (own.get(itemId) ?? 0) + count));
}

/** Figures of sessions, one a line, of track ids; plain or gzipped. */
export async function realSessionFigures(path: string): Promise<Figures> {
  const file = createReadStream(path);
  const input = path.endsWith('.gz') ? file.pipe(createGunzip()) : file;
  const sessions: string[][] = [];
  for await (const line of createInterface({ input })) sessions.push(line.trim().split(/\s+/));
  return sessionFigures(sessions);
}

/** Concentration over tracks, share of listens that repeat within a session, and mean length. */
function sessionFigures(sessions: readonly (readonly (string | number)[])[]): Figures {
  const listens = sessions.reduce((sum, session) => sum + session.length, 0);
  const repeats = sessions.reduce((sum, session) => sum + session.length - new Set(session).size, 0);
  return {
    ...spread(
      'tracks',
      countBy(sessions.flat(), (track) => track),
    ),
    'session.repeats': repeats / listens,
    'session.tracks': listens / sessions.length,
  };
}

/** The same figures of the simulator: a year of a few listeners, and a season of a whole community. */
export async function simulatedFigures(
  engine: Pick<Settings, 'threads' | 'memory'>,
  size: LoopSize,
  parameters: LoopParameters,
  options: { readonly seed: number; readonly startAt: number },
): Promise<Figures> {
  const { seed, startAt } = options;
  const year = createWorld(seed, startAt, { ...size, listeners: YEAR.listeners }, parameters);
  const ofYear = await playHistory(year, createListeners(year), YEAR.days);
  const histories = [...Map.groupBy(ofYear, ({ listener }) => listener).values()]
    .sort((a, b) => b.length - a.length)
    .slice(0, YEAR.compared)
    .map((listens) => historyFigures(listens.map(heardOnce)));
  const season = createWorld(seed, startAt, size, parameters);
  const ofSeason = await playHistory(season, createListeners(season), size.historyDays);
  const sessions = Map.groupBy(ofSeason, ({ sessionId }) => sessionId).values();
  return {
    ...meanFigures(histories),
    ...sessionFigures([...sessions].map((listens) => listens.map(({ canonical }) => canonical))),
    ...spread(
      'artists',
      countBy(ofSeason, ({ artist }) => artist),
    ),
    ...(await alignmentFigures(engine, artistPlaysOf(ofSeason), size.listeners, seed)),
  };
}

const heardOnce = ({ at, canonical, msPlayed }: LoopListen): HeardOnce => ({
  at,
  recording: String(canonical),
  msPlayed,
});

function artistPlaysOf(listens: readonly LoopListen[]): ArtistPlays {
  const plays = new Map<string, Map<string, number>>();
  for (const { listener, artist, skipped } of listens)
    if (!skipped) addPlays(plays, String(listener), { itemId: String(artist), plays: 1 });
  return plays;
}
