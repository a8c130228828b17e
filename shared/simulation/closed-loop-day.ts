/** One listener's day: sessions of their own choice and sessions given to what the policy serves. */
import { PLAY_THRESHOLD_MS } from '../domain/event.ts';
import { HOUR_MS, MINUTE_MS, utcDay } from '../domain/time.ts';
import { createRandom, drawIndex, type Random } from '../random.ts';
import { chooseOwn } from './closed-loop-choice.ts';
import { eventsOfListen, type LoopListen } from './closed-loop-listen.ts';
import { type ListenerState, likingAt, rememberListen } from './closed-loop-listener.ts';
import type { LoopPolicy, ServedSurface, ServeRequest } from './closed-loop-policy.ts';
import { type Origin, respondTo } from './closed-loop-response.ts';
import { itemOf, type LoopWorld } from './closed-loop-world.ts';

/** Between sessions, as the session rule of the stages has it, and a little more. */
const SESSION_GAP_MS = 31 * MINUTE_MS;
const MOST_SESSIONS = 4;
const MOST_TRACKS = 80;
/** Satisfaction by a track heard out, and by one left after 30 s. */
const HEARD_OUT = 1;
const HEARD_PARTLY = 0.5;
const WEEKLY_TRACKS = 30;

interface Day {
  readonly world: LoopWorld;
  readonly state: ListenerState;
  readonly policy: LoopPolicy | undefined;
  /** Epoch ms of midnight. */
  readonly startAt: number;
  readonly listens: LoopListen[];
}

interface Session {
  readonly random: Random;
  readonly id: string;
  now: number;
  left: number;
  pleasure: number;
  heard: number;
  last: number | undefined;
}

/**
 * Listens of the day that starts at `startAt` (epoch ms, midnight UTC), in order; none on a day off. Randomness hangs
 * on seed, listener and day alone, so that policies meet the same days. Without a policy every session is own choice.
 */
export async function playDay(
  world: LoopWorld,
  state: ListenerState,
  startAt: number,
  policy: LoopPolicy | undefined,
): Promise<readonly LoopListen[]> {
  const { listener } = state;
  const stream = `loop-day:${listener.index}:${utcDay(startAt)}`;
  const random = createRandom(world.seed, stream);
  const day: Day = { world, state, policy, startAt, listens: [] };
  state.told = 0;
  if (!random.chance(activeChance(world, state, startAt))) return [];
  let sessions = 1;
  while (sessions < MOST_SESSIONS && random.chance(world.parameters.anotherSession)) sessions += 1;
  const starts = Array.from(
    { length: sessions },
    () => startAt + Math.floor((drawIndex(random, listener.profile.hourSums) + random.next()) * HOUR_MS),
  ).sort((a, b) => a - b);
  for (const [number, start] of starts.entries())
    await playSession(day, createRandom(world.seed, `${stream}:${number}`), start, number);
  await policy?.observe(unseen(day));
  return day.listens;
}

function activeChance(
  { parameters }: LoopWorld,
  { listener, satisfaction }: ListenerState,
  at: number,
): number {
  const weekday = new Date(at).getUTCDay();
  const weekend = weekday === 0 || weekday === 6 ? Math.log(listener.profile.weekend) / 2 : 0;
  const logit =
    parameters.activeAtZero +
    parameters.activeSlope * (satisfaction - 0.5) +
    0.5 * Math.log(listener.activity) +
    weekend;
  return 1 / (1 + Math.exp(-logit));
}

async function playSession(day: Day, random: Random, start: number, number: number): Promise<void> {
  const { world, state, policy } = day;
  const { parameters } = world;
  const mean = parameters.sessionTracks * Math.sqrt(state.listener.activity);
  const tracks = Math.min(MOST_TRACKS, 1 + Math.floor(-mean * Math.log(1 - random.next())));
  const now = Math.max(start, state.busyUntil);
  const id = `${state.listener.profile.listenerId}:${utcDay(day.startAt)}:${number}`;
  const session: Session = { random, id, now, left: tracks, pleasure: 0, heard: 0, last: undefined };
  const [toService, continues] = [random.next(), random.next()];
  if (policy !== undefined && toService < parameters.servedShare)
    await playServed(day, session, takesWeekly(state, now) ? 'weekly' : 'discover');
  playOwn(day, session);
  if (policy !== undefined && toService >= parameters.servedShare && continues < parameters.autoplayShare) {
    session.left = parameters.autoplayTracks;
    await playServed(day, session, 'next');
  }
  state.busyUntil = session.now + SESSION_GAP_MS;
  if (session.heard === 0) return;
  state.satisfaction += parameters.satisfactionRate * (session.pleasure / session.heard - state.satisfaction);
}

/** The first session of a seven-day span that is given to the service goes to the week's playlist. */
function takesWeekly(state: ListenerState, at: number): boolean {
  const week = Math.floor((utcDay(at) - 4) / 7);
  if (state.weeklyTaken === week) return false;
  state.weeklyTaken = week;
  return true;
}

function playOwn(day: Day, session: Session): void {
  const { world, state } = day;
  while (session.left > 0) {
    let track = chooseOwn(session.random, world, state, session.now);
    // Nobody puts on what has just ended.
    if (track === session.last) track = chooseOwn(session.random, world, state, session.now);
    const familiar = (state.heard.get(track)?.plays ?? 0) > 0;
    hear(day, session, track, familiar ? 'familiar' : 'chosen', null);
  }
}

async function playServed(day: Day, session: Session, surface: ServedSurface): Promise<void> {
  const { world, state, policy } = day;
  const { slateTracks, autoplayTracks, patience } = world.parameters;
  const count = surface === 'next' ? autoplayTracks : surface === 'weekly' ? WEEKLY_TRACKS : slateTracks;
  const seed = session.last === undefined ? undefined : itemOf(world, session.last).itemId;
  const request: ServeRequest = { surface, count, ...(seed !== undefined && { seed }) };
  await policy?.observe(unseen(day));
  const slate = (await policy?.serve(state.listener.profile.listenerId, session.now, request)) ?? [];
  let skipped = 0;
  for (const itemId of slate.slice(0, Math.min(count, session.left))) {
    const track = world.trackOfItem.get(itemId);
    if (track === undefined) throw new RangeError(`The catalogue has no item ${itemId}.`);
    const listen = hear(day, session, track, 'served', surface);
    skipped = listen.skipped ? skipped + 1 : 0;
    if (skipped === patience) return;
  }
}

/** The day's events that the policy was not told yet. */
function unseen(day: Day) {
  const { world, state, listens } = day;
  const fresh = listens.slice(state.told);
  state.told = listens.length;
  return fresh.flatMap((listen) => eventsOfListen(world, listen));
}

function hear(
  { world, state, listens, startAt }: Day,
  session: Session,
  track: number,
  origin: Origin,
  surface: ServedSurface | null,
): LoopListen {
  const { parameters, catalogue, canonical } = world;
  const { artist, durationMs } = catalogue.tracks[track] ?? { artist: 0, durationMs: PLAY_THRESHOLD_MS };
  const heard = { canonical: canonical[track] ?? track, artist };
  const known = state.heard.get(heard.canonical);
  const liking = likingAt(state, parameters, heard, session.now);
  const response = respondTo(session.random, parameters, {
    origin,
    liking,
    durationMs,
    saved: known?.saved ?? false,
  });
  const at = session.now + response.msPlayed;
  const listen: LoopListen = {
    ...heard,
    ...response,
    eventId: `${session.id}:${listens.length}`,
    listener: state.listener.index,
    track,
    at,
    day: utcDay(startAt),
    sessionId: session.id,
    durationMs,
    surface,
    first: (known?.listens ?? 0) === 0,
    liking,
  };
  listens.push(listen);
  rememberListen(state, parameters, heard, {
    at,
    share: response.msPlayed / durationMs,
    played: !response.skipped,
    saved: response.saved,
  });
  session.pleasure += response.completed ? HEARD_OUT : response.skipped ? 0 : HEARD_PARTLY;
  session.heard += 1;
  session.left -= 1;
  session.last = heard.canonical;
  session.now = at + session.random.int(1500);
  return listen;
}
