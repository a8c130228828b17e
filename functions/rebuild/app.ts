/** The nightly build as steps over HTTP, for a workflow to call: each may be repeated, and takes up what was begun. */
import { z } from '@hono/zod-openapi';
import { type ApiApp, type ApiDeps, createApi } from '../../shared/api/app.ts';
import { readBody } from '../../shared/api/body.ts';
import { fieldProblems, problem, problemOf, problemResponse } from '../../shared/api/problem.ts';
import { InvalidInput, NotFound, PermanentError } from '../../shared/errors.ts';
import type { BulkLoad } from '../../shared/ports/bulk-load.ts';
import { createForgetting } from '../../shared/serving/forgetting.ts';
import { STAGES } from '../../shared/sql/stages.ts';
import { RANKING_AUDIT } from './audit.ts';
import { type Build, getBuild, listBuilds } from './builds.ts';
import { confirmLoad } from './bulk.ts';
import { judge, loadCells, type RebuildDeps, runStage, takeUp } from './handler.ts';
import { collect, publish, rollback } from './publish.ts';
import { sweepErased } from './sweep.ts';

export interface RebuildAppDeps extends ApiDeps, RebuildDeps {
  readonly bulk: BulkLoad;
  /** Who moves cells: this process, Google's template (a workflow launches it), or the warehouse itself. */
  readonly loadBy: 'direct' | 'dataflow' | 'reverse-etl';
  /** Resolves when every replica of the rows has what was written before; throws TransientError while one lacks it. */
  readonly untilReplicated: () => Promise<void>;
}

const MAX_BODY_BYTES = 16 * 1024;
const Accept = z.array(z.string().min(1).max(100)).max(50).default([]);
const Begin = z.strictObject({ accept: Accept, publish: z.boolean().default(true) });
const Judge = z.strictObject({ accept: Accept });

function parse<T>(schema: z.ZodType<T>, body: string): T {
  let raw: unknown = {};
  if (body.length > 0) {
    try {
      raw = JSON.parse(body);
    } catch (error) {
      throw new InvalidInput([{ pointer: '', detail: 'the body is not JSON' }], { cause: error });
    }
  }
  const parsed = schema.safeParse(raw);
  if (!parsed.success) throw new InvalidInput(fieldProblems(parsed.error, ''));
  return parsed.data;
}

const summary = ({ id, cutoff, status, publishes, audits, cells }: Build) => ({
  id,
  cutoff,
  status,
  publishes,
  failed: audits.filter(({ passed, waived }) => !passed && waived !== true),
  cells,
});

/**
 * Creates the app of `rebuild`. It has no tokens of its own: who may call it is the platform's business (the
 * workflow's account alone holds the permission to invoke it).
 */
export function createRebuildApp(deps: RebuildAppDeps): ApiApp {
  const app = createApi(deps);
  const { documents, warehouse } = deps;
  // An operator's API: what stands in the way is told, and as a conflict, which a workflow does not retry.
  app.onError((error, c) =>
    problemResponse(
      c,
      error instanceof PermanentError && problemOf(error).status === 500
        ? problem(409, error.message)
        : problemOf(error),
    ),
  );

  app.post('/builds', async (c) => {
    const { publish: publishes } = parse(Begin, await readBody(c, MAX_BODY_BYTES));
    return c.json(summary(await takeUp(deps, publishes)));
  });

  app.get('/builds', async (c) => c.json({ builds: (await listBuilds(documents)).map(summary) }));

  app.get('/builds/:id', async (c) => c.json(await getBuild(documents, c.req.param('id'))));

  app.post('/builds/:id/stages/:stage', async (c) => {
    const build = await getBuild(documents, c.req.param('id'));
    const stage = STAGES.find(({ name }) => name === c.req.param('stage'));
    if (stage === undefined) throw new NotFound(`There is no stage ${c.req.param('stage')}.`);
    const known = build.stages[stage.name];
    if (build.status !== 'building') {
      if (known === undefined) throw new PermanentError(`Build ${build.id} is ${build.status}.`);
      return c.json(known);
    }
    const space = await warehouse.openBuild(build.id);
    try {
      const done = (await space.finished()).get(stage.name);
      return c.json(done ?? (await runStage(space, build, stage)));
    } finally {
      await space.close();
    }
  });

  app.post('/builds/:id/audit', async (c) => {
    const { accept } = parse(Judge, await readBody(c, MAX_BODY_BYTES));
    const build = await getBuild(documents, c.req.param('id'));
    if (build.status !== 'building') return c.json(summary(build));
    const space = await warehouse.openBuild(build.id);
    try {
      const judged = await judge(deps, space, build, new Set(accept));
      const report = summary(judged);
      const model = judged.audits.find(({ name }) => name === RANKING_AUDIT)?.detail;
      c.get('logger').info({ build: judged.id, model }, 'ranking model');
      if (judged.status === 'rejected')
        c.get('logger').error({ build: judged.id, failed: report.failed }, 'build rejected by its audit');
      return c.json(report);
    } finally {
      await space.close();
    }
  });

  app.post('/builds/:id/loads', async (c) => {
    const build = audited(await getBuild(documents, c.req.param('id')));
    return c.json({ loads: await deps.bulk.prepare(build.id, build.cutoff) });
  });

  app.post('/builds/:id/load', async (c) => {
    const build = audited(await getBuild(documents, c.req.param('id')));
    if (build.status !== 'audited') return c.json(summary(build));
    if (deps.loadBy === 'reverse-etl') {
      await deps.bulk.prepare(build.id, build.cutoff);
      await deps.bulk.export(build.id, build.cutoff);
      return c.json(summary(build));
    }
    if (deps.loadBy === 'dataflow')
      throw new PermanentError('This deployment loads by Dataflow; the workflow launches the template.');
    const space = await warehouse.openBuild(build.id);
    try {
      return c.json(summary(await loadCells(deps, space, build)));
    } finally {
      await space.close();
    }
  });

  app.post('/builds/:id/loaded', async (c) => {
    const build = audited(await getBuild(documents, c.req.param('id')));
    return c.json(summary(await confirmLoad(deps, build)));
  });

  app.post('/builds/:id/publish', async (c) => {
    // The pointer may overtake cells on their way to another cluster, where it would publish half a build.
    await deps.untilReplicated();
    const pointer = await publish(deps, c.req.param('id'));
    c.get('logger').info({ build: c.req.param('id') }, 'build published');
    return c.json(pointer);
  });

  app.post('/rollback', async (c) => c.json(await rollback(deps)));
  app.post('/collect', async (c) =>
    c.json({
      ...(await collect(deps)),
      swept: await sweepErased({ ...deps, forgetting: createForgetting(documents) }),
    }),
  );
  return app;
}

/** Only what passed its audit is loaded; what is loaded already may be asked for again. */
function audited(build: Build): Build {
  if (build.status === 'building' || build.status === 'rejected')
    throw new PermanentError(`Build ${build.id} is ${build.status}; only an audited build is loaded.`);
  return build;
}
