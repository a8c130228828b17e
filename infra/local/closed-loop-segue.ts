/** The service itself as a policy of the closed loop: real stages, cells and serving code, with one part left out on demand. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runStage } from '../../functions/rebuild/handler.ts';
import { load } from '../../functions/rebuild/load.ts';
import type { ListeningEvent } from '../../shared/domain/event.ts';
import { isoWeek } from '../../shared/domain/iso-week.ts';
import type { CatalogueItem } from '../../shared/domain/item.ts';
import { mergeCandidates, RANKING_WEIGHTS, type RankingWeights } from '../../shared/domain/ranking.ts';
import { readWeekly } from '../../shared/domain/weekly.ts';
import { openDuckdbWarehouse } from '../../shared/embedded/duckdb-warehouse.ts';
import { openLmdbEnvironment } from '../../shared/embedded/lmdb-environment.ts';
import { LmdbRows } from '../../shared/embedded/lmdb-rows.ts';
import { createLogger } from '../../shared/logging/logger.ts';
import type { ItemCatalogue } from '../../shared/ports/catalogue.ts';
import type { RowStore } from '../../shared/ports/row-store.ts';
import type { Warehouse } from '../../shared/ports/warehouse.ts';
import { createRandom } from '../../shared/random.ts';
import { createErasures } from '../../shared/rows/erasures.ts';
import { createListenerReader, LATELY_MS } from '../../shared/rows/listener-row.ts';
import { liveEventCell } from '../../shared/rows/live-events.ts';
import { changePointer, withPublished } from '../../shared/rows/pointer.ts';
import type { StoredWeek } from '../../shared/rows/weekly-playlists.ts';
import { catalogueRow, listenRow } from '../../shared/schema/table-rows.ts';
import type { TableRow } from '../../shared/schema/tables.ts';
import { type AnswerContext, describeAnswer, impressionsOf } from '../../shared/serving/answer.ts';
import { candidatesFor, relatedTo } from '../../shared/serving/candidates.ts';
import {
  type ListenerView,
  type Reading,
  type ReadingDeps,
  readListener,
  startReading,
} from '../../shared/serving/reading.ts';
import { type Choice, choose, hasHeard, type Request } from '../../shared/serving/recommend.ts';
import { choiceOf, makeWeek } from '../../shared/serving/weekly.ts';
import type { LoopPolicy, ServeRequest } from '../../shared/simulation/closed-loop-policy.ts';
import { DEFAULT_PARAMETERS, type Parameters } from '../../shared/sql/parameters.ts';
import { STAGES } from '../../shared/sql/stages.ts';
import type { Settings } from './settings.ts';
import { impressionRows } from './sinks.ts';

/** What is left out of the service; everything else stays as it is. */
export interface SegueVariant {
  readonly name: string;
  readonly parameters?: Partial<Parameters>;
  readonly weights?: Partial<RankingWeights>;
  /** False serves the ranked list as it is: no artist cap, no calibrated genres, no diversity. */
  readonly diverse?: boolean;
}

const NO_LIVE = { liveArtist: 0, liveGenre: 0, liveSound: 0, liveSeed: 0 } as const;

export const SEGUE_VARIANTS: readonly SegueVariant[] = [
  { name: 'segue' },
  { name: 'segue without co-listening', parameters: { weight_co_listening: 0 } },
  { name: 'segue without artists', parameters: { weight_artist: 0 } },
  { name: 'segue without audio', parameters: { weight_audio: 0 } },
  { name: 'segue without tags', parameters: { weight_tags: 0 } },
  { name: 'segue without known artists', parameters: { own_artist_score: 0 } },
  { name: 'segue without diversity', diverse: false },
  { name: 'segue without live signals', weights: NO_LIVE },
  // Servings of no time at all teach nothing.
  { name: 'segue without ranking model', parameters: { ranking_span_ms: 0 } },
];

/** As many of one artist as the surfaces of the service have. */
const PER_ARTIST = { discover: 2, next: 3 } as const;

export interface SegueOptions {
  readonly engine: Pick<Settings, 'threads' | 'memory'>;
  readonly seed: number;
  readonly items: readonly CatalogueItem[];
  readonly variant: SegueVariant;
}

/** Opens it with an in-memory warehouse and rows in a temporary directory, which close() removes. */
export async function openSeguePolicy(options: SegueOptions): Promise<LoopPolicy> {
  const warehouse = await openDuckdbWarehouse({ ...options.engine, directory: ':memory:' });
  await warehouse.append('catalogue', options.items.map(catalogueRow));
  const directory = await mkdtemp(join(tmpdir(), 'segue-loop-'));
  const environment = openLmdbEnvironment(directory);
  const policy = new SeguePolicy(options, warehouse, new LmdbRows(environment));
  return {
    name: options.variant.name,
    observe: (events) => policy.observe(events),
    refresh: (at) => policy.refresh(at),
    serve: (listenerId, at, request) => policy.serve(listenerId, at, request),
    async close() {
      await warehouse.close();
      await environment.close();
      await rm(directory, { recursive: true, force: true });
    },
  };
}

class SeguePolicy {
  readonly #options: SegueOptions;
  readonly #warehouse: Warehouse;
  readonly #rows: RowStore;
  readonly #deps: ReadingDeps;
  readonly #weights: RankingWeights;
  /** By listener: the week's playlist, made when it is first asked for. */
  readonly #weeks = new Map<string, StoredWeek>();
  /** Events that the warehouse, and those that the rows, do not have yet. */
  #unstored: ListeningEvent[] = [];
  #unsignalled: ListeningEvent[] = [];
  /** Rows of what was served since the last build. */
  #shown: TableRow[] = [];
  #signalling: Promise<void> = Promise.resolve();

  constructor(options: SegueOptions, warehouse: Warehouse, rows: RowStore) {
    this.#options = options;
    this.#warehouse = warehouse;
    this.#rows = rows;
    this.#weights = { ...RANKING_WEIGHTS, ...options.variant.weights };
    this.#deps = {
      rows,
      catalogue: catalogueOf(options.items),
      erasures: createErasures(rows),
      listeners: createListenerReader(rows),
    };
  }

  observe(events: readonly ListeningEvent[]): void {
    for (const event of events) {
      this.#unstored.push(event);
      this.#unsignalled.push(event);
    }
  }

  /** A build over everything received before `at`, loaded and published. */
  async refresh(at: number): Promise<void> {
    const { parameters } = this.#options.variant;
    await this.#warehouse.append('listens', this.#unstored.map(listenRow));
    await this.#warehouse.append('impressions', this.#shown);
    this.#unstored = [];
    this.#shown = [];
    // Readers look no further back than this behind a build: older events need no cells.
    this.#unsignalled = this.#unsignalled.filter(({ receivedAt }) => receivedAt >= at - LATELY_MS);
    const space = await this.#warehouse.openBuild(`b${at}`);
    try {
      const build = { cutoff: at, parameters: { ...DEFAULT_PARAMETERS, ...parameters } };
      for (const stage of STAGES) await runStage(space, build, stage);
      await load(space, this.#rows, this.#deps.erasures, at, () => {});
    } finally {
      await space.close();
    }
    await changePointer(this.#rows, at, (pointer) => withPublished(pointer, at));
    for (const table of ['listeners', 'catalog', 'pools'] as const)
      await this.#rows.collect(table, 'build', at, []);
    this.#weeks.clear();
  }

  async serve(listenerId: string, at: number, request: ServeRequest): Promise<readonly string[]> {
    await this.#signal();
    // What a part of the service does without is logged as an error of the run: nothing is missing here.
    const reading = startReading(at, createLogger({ level: 'error' }));
    const view = await readListener(this.#deps, reading, listenerId);
    const served = await this.#choose(view, reading, listenerId, request);
    if (reading.degraded.size > 0)
      throw new Error(`The service answered without ${[...reading.degraded].join(', ')}.`);
    await this.#remember(reading, view, listenerId, request, served);
    return served.map(({ candidate }) => candidate.itemId);
  }

  /** As the sink of impressions does with what answers publish. */
  async #remember(
    reading: Reading,
    { build, built }: ListenerView,
    listenerId: string,
    { surface }: ServeRequest,
    served: readonly Choice[],
  ): Promise<void> {
    const context: AnswerContext = {
      surface,
      listenerId,
      basis: 'build',
      build,
      pool: built?.candidates,
      impressionId: `${listenerId} ${reading.now}`,
      rankingVersion: this.#weights.version,
    };
    const answer = await describeAnswer(this.#deps, reading, context, served);
    for (const { data } of impressionsOf(answer, reading.now, context.pool))
      this.#shown.push(...impressionRows(data));
  }

  /** Resolves when everything observed so far can be read, whichever request it was that began to write it. */
  #signal(): Promise<void> {
    if (this.#unsignalled.length > 0) {
      const cells = this.#unsignalled.map(liveEventCell);
      this.#unsignalled = [];
      this.#signalling = this.#signalling.then(() => this.#rows.write('listeners', cells));
    }
    return this.#signalling;
  }

  async #choose(
    view: ListenerView,
    reading: Reading,
    listenerId: string,
    { surface, count, seed }: ServeRequest,
  ): Promise<readonly Choice[]> {
    const diverse = this.#options.variant.diverse ?? true;
    if (surface === 'weekly' && diverse) return this.#weekly(view, reading, listenerId);
    const recent = await this.#deps.catalogue.get(view.signals.recent.map(({ itemId }) => itemId));
    const isNext = surface === 'next';
    const request: Request = {
      count,
      perArtist: diverse ? PER_ARTIST[isNext ? 'next' : 'discover'] : count,
      freshness: isNext ? 'mixed' : 'unheard',
      describe: (itemId) => recent.get(itemId),
    };
    const { candidates } = await candidatesFor(this.#deps, reading, view, this.#weights);
    const around = isNext && seed !== undefined ? await this.#around(view, reading, seed) : [];
    const merged = around.length === 0 ? candidates : mergeCandidates([...around, ...candidates]);
    const others = merged.filter(({ itemId }) => itemId !== seed);
    return choose(others, view, this.#weights, request);
  }

  /** What goes with the seed, leading as it does in `next`. */
  async #around(view: ListenerView, reading: Reading, seed: string) {
    const related = (await relatedTo(this.#deps, reading, seed, view.build)) ?? [];
    return related.map((candidate) => ({ ...candidate, score: candidate.score + this.#weights.seedLead }));
  }

  async #weekly(view: ListenerView, reading: Reading, listenerId: string): Promise<readonly Choice[]> {
    let made = this.#weeks.get(listenerId);
    if (made === undefined) {
      const week = isoWeek(reading.now);
      const random = createRandom(this.#options.seed, `${listenerId} ${week}`).next;
      const chance = createRandom(this.#options.seed, `${listenerId} ${week} chance`).next;
      const how = { week, weights: this.#weights, random, chance };
      ({ made } = await makeWeek(this.#deps, reading, view, how));
      this.#weeks.set(listenerId, made);
    }
    const { tracks } = readWeekly(made, (track) => (hasHeard(view, track) ? 'heard' : undefined));
    return tracks.map((track) => choiceOf(track, view));
  }
}

function catalogueOf(items: readonly CatalogueItem[]): ItemCatalogue {
  const byId = new Map(items.map((item) => [item.itemId, item]));
  return {
    get: async (itemIds) =>
      new Map(
        itemIds.flatMap((id) => {
          const item = byId.get(id);
          return item === undefined ? [] : [[id, item] as const];
        }),
      ),
    learn: async (learned) => {
      for (const item of learned) byId.set(item.itemId, item);
    },
  };
}
