/** The nightly build: stages → audit → load → publish. Killed anywhere, the next run takes it up where it stopped. */
import { buildIdOf } from '../../shared/domain/build-id.ts';
import { PermanentError } from '../../shared/errors.ts';
import type { DocumentStore } from '../../shared/ports/document-store.ts';
import type { Erasures } from '../../shared/ports/erasures.ts';
import type { RowStore } from '../../shared/ports/row-store.ts';
import type { BuildSpace, StageResult, Warehouse } from '../../shared/ports/warehouse.ts';
import { PARAMETERS_VERSION, type Parameters } from '../../shared/sql/parameters.ts';
import type { Stage, StageParams } from '../../shared/sql/stage.ts';
import { STAGES } from '../../shared/sql/stages.ts';
import { audit } from './audit.ts';
import { type Build, listBuilds, saveBuild } from './builds.ts';
import { LOADS, load } from './load.ts';
import { collect, isUnderWay, publish } from './publish.ts';
import { modelParameters, TRAINED_STAGE, trainModel } from './ranking.ts';

/** What a build tells while it runs, for a progress bar or a log. */
export interface Progress {
  readonly buildId: string;
  readonly step: string;
  readonly done: number;
  readonly total: number;
  readonly rows?: number;
  readonly ms?: number;
}

export interface RebuildDeps {
  readonly rows: RowStore;
  readonly documents: DocumentStore;
  readonly warehouse: Warehouse;
  readonly erasures: Erasures;
  readonly parameters: Parameters;
  readonly now: () => number;
  /**
   * Resolves to the instant up to which a build may claim to cover events: everything received before it is in the
   * warehouse. Called once per new build.
   */
  readonly settledCutoff: () => Promise<number>;
  readonly onProgress?: (progress: Progress) => void;
}

export interface RebuildOptions {
  /** Audits whose failure is waived, by name or by the part before the colon. */
  readonly accept?: readonly string[];
  /** Publish when the audit passed (default true). */
  readonly publish?: boolean;
}

/**
 * Runs or resumes a build and returns what became of it. A build whose audit fails is `rejected` and leaves the
 * last good one serving. Throws what a store threw; the build can then be taken up again.
 */
export async function rebuild(deps: RebuildDeps, options: RebuildOptions = {}): Promise<Build> {
  const publishes = options.publish !== false;
  let build = await takeUp(deps, publishes);
  const space = await deps.warehouse.openBuild(build.id);
  try {
    if (build.status === 'building') {
      await runStages(deps, space, build);
      build = await judge(deps, space, build, new Set(options.accept));
    }
    if (build.status === 'audited') build = await loadCells(deps, space, build);
  } finally {
    await space.close();
  }
  if (build.status === 'rejected' || !publishes) return build;
  await publish(deps, build.id);
  await collect(deps);
  return { ...build, status: 'published' };
}

/** The newest build that was left unfinished with today's parameters, otherwise a new one. */
export async function takeUp(
  deps: Omit<RebuildDeps, 'rows' | 'erasures'>,
  publishes: boolean,
): Promise<Build> {
  const builds = await listBuilds(deps.documents);
  const current = JSON.stringify(deps.parameters);
  const unfinished = builds.filter(isUnderWay).at(-1);
  if (
    unfinished !== undefined &&
    unfinished === builds.at(-1) &&
    JSON.stringify(unfinished.parameters) === current &&
    unfinished.parametersVersion === PARAMETERS_VERSION
  )
    return saveBuild(deps.documents, { ...unfinished, publishes });
  for (const stale of builds.filter(isUnderWay)) {
    await deps.warehouse.dropBuild(stale.id);
    await saveBuild(deps.documents, { ...stale, status: 'rejected', finishedAt: deps.now() });
  }
  const settled = await deps.settledCutoff();
  // Two builds in one millisecond would share their cells' timestamp.
  const cutoff = Math.max(settled, (builds.at(-1)?.cutoff ?? 0) + 1);
  return saveBuild(deps.documents, {
    id: buildIdOf(cutoff),
    cutoff,
    status: 'building',
    publishes,
    parametersVersion: PARAMETERS_VERSION,
    parameters: deps.parameters,
    stages: {},
    audits: [],
    scoreShares: [],
    artistExposure: null,
    identity: null,
    cells: 0,
    startedAt: deps.now(),
    finishedAt: null,
  });
}

async function runStages(deps: RebuildDeps, space: BuildSpace, build: Build): Promise<void> {
  const finished = await space.finished();
  for (const [index, stage] of STAGES.entries()) {
    const result = finished.get(stage.name) ?? (await runStage(space, build, stage));
    deps.onProgress?.({
      buildId: build.id,
      step: stage.name,
      done: index + 1,
      total: STAGES.length,
      ...result,
    });
  }
}

/**
 * Runs one stage with the parameters the build was begun with, and with what it learned before: those the stage declares
 * and no others.
 */
export async function runStage(
  space: BuildSpace,
  { cutoff, parameters }: Pick<Build, 'cutoff' | 'parameters'>,
  stage: Stage,
): Promise<StageResult> {
  const learned = stage.name === TRAINED_STAGE ? modelParameters(await trainModel(space, parameters)) : {};
  const all: StageParams = { ...parameters, cutoff, ...learned };
  const params = Object.fromEntries(
    stage.params.map((name) => {
      const value = all[name];
      if (value === undefined) throw new PermanentError(`Stage ${stage.name} needs the parameter ${name}.`);
      return [name, value];
    }),
  );
  return space.run(stage, params);
}

/** Audits a build whose stages all ran; afterwards it is `audited` or `rejected`. Throws PermanentError before that. */
export async function judge(
  deps: Pick<RebuildDeps, 'documents' | 'now' | 'onProgress'>,
  space: BuildSpace,
  begun: Build,
  accept: ReadonlySet<string>,
): Promise<Build> {
  const stages = Object.fromEntries(await space.finished());
  const missing = STAGES.filter(({ name }) => stages[name] === undefined).map(({ name }) => name);
  if (missing.length > 0)
    throw new PermanentError(`Build ${begun.id} is not complete: ${missing.join(', ')} did not run.`);
  const build: Build = { ...begun, stages };
  const published = (await listBuilds(deps.documents)).filter(({ status }) => status === 'published');
  const { results, scoreShares, artistExposure } = await audit(space, build, published, accept);
  const passed = results.every((result) => result.passed || result.waived === true);
  deps.onProgress?.({
    buildId: build.id,
    step: 'audit',
    done: results.filter((r) => r.passed).length,
    total: results.length,
  });
  return saveBuild(deps.documents, {
    ...build,
    audits: results,
    scoreShares,
    artistExposure,
    status: passed ? 'audited' : 'rejected',
    finishedAt: passed ? null : deps.now(),
  });
}

/** Writes the cells of an audited build; afterwards it is `loaded`. */
export async function loadCells(
  deps: Pick<RebuildDeps, 'rows' | 'erasures' | 'documents' | 'now' | 'onProgress'>,
  space: BuildSpace,
  build: Build,
): Promise<Build> {
  const total = LOADS.reduce((sum, { stage }) => sum + (build.stages[stage]?.rows ?? 0), 0);
  const started = deps.now();
  const { cells, identity } = await load(space, deps.rows, deps.erasures, build.cutoff, (done) =>
    deps.onProgress?.({ buildId: build.id, step: 'load', done, total }),
  );
  const loaded: StageResult = { rows: cells, ms: deps.now() - started };
  return saveBuild(deps.documents, {
    ...build,
    stages: { ...build.stages, load: loaded },
    status: 'loaded',
    cells,
    identity,
    finishedAt: deps.now(),
  });
}
