/** How much of everything a workload makes: rates a second, bytes at rest, bytes of a build. */
import type { Measurements } from './measurements.ts';
import type { Deployment, Workload } from './workload.ts';

export const HOURS_PER_MONTH = 730;
export const DAYS_PER_MONTH = HOURS_PER_MONTH / 24;
export const SECONDS_PER_MONTH = HOURS_PER_MONTH * 3600;
const DAY_SECONDS = 86_400;
/** Pub/Sub bills this much of a request at least. */
const LEAST_REQUEST_BYTES = 1000;
/** Topics keep a week (infra/gcp/topics.ts). */
const TOPIC_DAYS = 7;
/** A partition that nobody has changed for so long costs half. */
const ACTIVE_DAYS = 90;
/** Nightly builds whose cells Bigtable keeps: those of 14 days (infra/gcp/rows.ts). */
export const BUILDS_IN_ROWS = 14;
/** Sessions that are left alone end after so many days (shared/domain/steered-session.ts). */
const SESSION_DAYS = 30;
/** Versions of documents that can be restored (infra/gcp/documents.ts). */
const VERSION_DAYS = 7;
/** Builds a night. */
const BUILDS_PER_DAY = 1;

/** Means over a day, a second. */
export interface Rates {
  readonly events: number;
  readonly ingestRequests: number;
  readonly pushes: number;
  readonly answers: number;
  readonly turns: number;
  readonly calls: number;
}

export interface Volumes {
  readonly rates: Rates;
  /** Listens in the warehouse. */
  readonly history: number;
  readonly items: number;
  /** Bytes that Pub/Sub bills a month. */
  readonly published: number;
  readonly pushed: number;
  readonly toWarehouse: number;
  /** Bytes in topics at any time. */
  readonly retained: number;
  /** Bytes of listens and impressions in the warehouse: those of the last 90 days, and older. */
  readonly active: number;
  readonly longTerm: number;
  readonly build: {
    readonly scanned: number;
    readonly largestScan: number;
    readonly written: number;
    readonly coreSeconds: number;
    /** Bytes of cells that a build loads into Bigtable. */
    readonly loaded: number;
    /** Of them a listener's. */
    readonly listenerCells: number;
  };
  readonly buildsPerMonth: number;
  /** Bytes of rows in one cluster, compressed. */
  readonly rows: number;
  /** Bytes a cluster's backups hold. */
  readonly backups: number;
  /** A month: documents that turns read and write, those at rest in bytes, and prompts. */
  readonly documents: { readonly reads: number; readonly writes: number; readonly bytes: number };
  readonly prompts: number;
  /** Bytes to the internet a month. */
  readonly answered: number;
  readonly received: number;
  readonly logged: number;
  readonly requestsPerMonth: number;
}

export function volumesOf(workload: Workload, deployment: Deployment, m: Measurements): Volumes {
  const { listeners, playsPerDay, playsPerRequest, answersPerDay, itemsPerAnswer, historyDays } = workload;
  const eventsPerDay = listeners * playsPerDay;
  const requestsPerDay = eventsPerDay / playsPerRequest;
  const answersAllDay = listeners * answersPerDay;
  const turnsAllDay = listeners * workload.turnsPerDay;
  const callsAllDay = listeners * workload.callsPerDay;
  const shownInTurns = turnsAllDay * workload.itemsPerTurn;
  // A tool answers what an answer does.
  const shownPerDay = (answersAllDay + callsAllDay) * itemsPerAnswer + shownInTurns;
  const history = eventsPerDay * historyDays;
  const items = Math.min(workload.catalogueItems, history);

  const listen = m.listenMessage.value + m.messageOverhead.value;
  const impression = m.impressionMessage.value + m.messageOverhead.value;
  const perRequest = Math.max(LEAST_REQUEST_BYTES, playsPerRequest * listen);
  const perAnswer = Math.max(LEAST_REQUEST_BYTES, itemsPerAnswer * impression);
  const perTurn = Math.max(LEAST_REQUEST_BYTES, workload.itemsPerTurn * impression);
  const publishedPerDay =
    requestsPerDay * perRequest + (answersAllDay + callsAllDay) * perAnswer + turnsAllDay * perTurn;

  const atRestPerDay = eventsPerDay * m.listenRow.value + shownPerDay * m.impressionRow.value;
  const activeDays = Math.min(ACTIVE_DAYS, historyDays);

  const plays = playsPerDay * historyDays;
  const listenerCells =
    m.poolCell.value +
    m.tasteCell.value +
    Math.min(m.recentCellMost.value, plays * m.recentCellPerPlay.value) +
    plays * m.heardCellPerPlay.value;
  const loaded = listeners * listenerCells + items * m.relatedCell.value;
  const buildsKept = Math.min(BUILDS_IN_ROWS, historyDays);
  const liveCells = listeners * playsPerDay * Math.min(deployment.liveDays, historyDays) * m.liveCell.value;
  const rows = (loaded * buildsKept + liveCells) * m.compression.value;
  const changedPerDay = (loaded + eventsPerDay * m.liveCell.value) * m.compression.value;

  const requestsPerMonth =
    (requestsPerDay + eventsPerDay + answersAllDay + turnsAllDay + callsAllDay) * DAYS_PER_MONTH;
  return {
    rates: {
      events: eventsPerDay / DAY_SECONDS,
      ingestRequests: requestsPerDay / DAY_SECONDS,
      pushes: eventsPerDay / DAY_SECONDS,
      answers: answersAllDay / DAY_SECONDS,
      turns: turnsAllDay / DAY_SECONDS,
      calls: callsAllDay / DAY_SECONDS,
    },
    history,
    items,
    published: publishedPerDay * DAYS_PER_MONTH,
    pushed: eventsPerDay * Math.max(LEAST_REQUEST_BYTES, listen) * DAYS_PER_MONTH,
    toWarehouse: (eventsPerDay * listen + shownPerDay * impression) * DAYS_PER_MONTH,
    retained: (eventsPerDay * listen + shownPerDay * impression) * TOPIC_DAYS,
    active: atRestPerDay * activeDays,
    longTerm: atRestPerDay * (historyDays - activeDays),
    build: {
      scanned:
        history * m.scanPerPlay.value + listeners * m.scanPerListener.value + items * m.scanPerItem.value,
      largestScan: Math.max(
        history * m.largestScanPerPlay.value,
        (listeners * m.scanPerListener.value) / 2 + (items * m.scanPerItem.value) / 2,
      ),
      written:
        history * m.writtenPerPlay.value +
        listeners * m.writtenPerListener.value +
        items * m.writtenPerItem.value +
        // Tables that a template reads hold the cells once more.
        (deployment.load === 'direct' ? 0 : loaded),
      coreSeconds: history * m.cpuPerPlay.value + listeners * m.cpuPerListener.value,
      loaded,
      listenerCells,
    },
    buildsPerMonth: BUILDS_PER_DAY * DAYS_PER_MONTH,
    rows,
    backups: rows + changedPerDay * (deployment.backupDays - 1),
    documents: {
      reads: turnsAllDay * m.documentsPerTurn.value * DAYS_PER_MONTH,
      writes: turnsAllDay * m.documentsPerTurn.value * DAYS_PER_MONTH,
      bytes: turnsAllDay * (SESSION_DAYS / m.turnsPerSession.value + VERSION_DAYS) * m.sessionDocument.value,
    },
    prompts: turnsAllDay * workload.promptsPerTurn * DAYS_PER_MONTH,
    answered: (shownPerDay * m.answerItem.value + requestsPerDay * m.ingestAnswer.value) * DAYS_PER_MONTH,
    received: requestsPerDay * perRequest * DAYS_PER_MONTH,
    logged: requestsPerMonth * m.requestLog.value,
    requestsPerMonth,
  };
}

const GIB = 2 ** 30;
export const toGib = (bytes: number) => bytes / GIB;
export const toTib = (bytes: number) => bytes / GIB / 1024;
