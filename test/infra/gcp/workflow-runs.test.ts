import { afterEach, describe, expect, test } from 'vitest';
import { STAGES } from '../../../shared/sql/stages.ts';
import { DEADLINE } from './workflow-fixtures.ts';
import { openNight } from './workflow-night.ts';
import { platformError } from './workflow-values.ts';

let open: ReturnType<typeof openNight>[] = [];
afterEach(async () => {
  for (const night of open) await night.close();
  open = [];
});

function nightThat(load: Parameters<typeof openNight>[0]): ReturnType<typeof openNight> {
  const night = openNight(load);
  open.push(night);
  return night;
}

const stagesOf = (paths: readonly string[]) =>
  paths.filter((path) => path.includes('/stages/')).map((path) => path.slice(path.lastIndexOf('/') + 1));

describe.each(['direct', 'dataflow', 'reverse-etl'] as const)('a good night that loads by %s', (load) => {
  test('publishes a build whose every stage ran once, after all that it reads', async () => {
    const night = nightThat(load);
    const execution = await night.run();
    expect(execution.error).toBe('');
    const pointer = await night.h.pointer();
    expect(execution.result).toMatchObject({ status: 'published' });
    expect(pointer?.accepted).toHaveLength(1);
    expect(await night.h.poolsOf('ann')).toEqual([pointer?.active]);

    const order = night.h.warehouse.ran;
    expect([...order].sort()).toEqual(STAGES.map(({ name }) => name).sort());
    expect(stagesOf(night.paths()).sort()).toEqual([...order].sort());
    for (const { name, inputs } of STAGES)
      for (const input of inputs.filter((one) => order.includes(one)))
        expect(order.indexOf(input), `${name} reads ${input}`).toBeLessThan(order.indexOf(name));
    expect(night.paths().slice(-2)).toEqual(['/builds/publish', '/collect']);
  });

  test('is seconds of work and few steps when nothing has to be waited for', async () => {
    const { steps, seconds } = await nightThat(load).run();
    expect(steps).toBeLessThan(1000);
    expect(seconds).toBeLessThan(load === 'dataflow' ? 700 : 1);
  });
});

describe('a stage', () => {
  test('that answers 503 twice is asked again, with a growing pause', async () => {
    const night = nightThat('direct');
    let left = 2;
    night.state.fault = async (path) => {
      if (!path.endsWith('/seeds') || left === 0) return undefined;
      left -= 1;
      return { status: 503 };
    };
    const { state, seconds } = await night.run();
    expect(state).toBe('SUCCEEDED');
    expect(seconds).toBe(5 + 10);
    expect(night.h.warehouse.ran.filter((name) => name === 'seeds')).toHaveLength(1);
  });

  test('that takes five hours is asked for until it answers: each call waits half an hour', async () => {
    const night = nightThat('direct');
    let ready: number | undefined;
    night.state.fault = async (path, clock) => {
      if (!path.endsWith('/neighbours')) return undefined;
      ready ??= clock.now() + 5 * 3600;
      if (clock.now() >= ready) return undefined;
      await clock.sleep(1800);
      throw platformError('TimeoutError', 'the call timed out');
    };
    const { state, seconds } = await night.run();
    expect(state).toBe('SUCCEEDED');
    expect(seconds).toBeGreaterThan(5 * 3600);
    expect(seconds).toBeLessThan(6 * 3600);
  });

  test('that fails for good ends the run with its name, and nothing is published', async () => {
    const night = nightThat('direct');
    night.h.warehouse.dying.at = 'run:seeds';
    const { state, error, seconds } = await night.run();
    expect(state).toBe('FAILED');
    expect(error).toContain('/stages/seeds');
    // Its own function tells 500, which might have come right: it is asked for a quarter of an hour.
    expect(seconds).toBeLessThan(1200);
    expect(night.paths()).not.toContain('/builds/audit');
    expect(await night.h.pointer()).toBeUndefined();

    night.h.warehouse.dying.at = undefined;
    expect((await night.run()).state).toBe('SUCCEEDED');
    const ids = new Set(night.calls.map(({ path }) => /b\d+/.exec(path)?.[0]).filter((id) => id));
    expect(ids.size).toBe(1);
    expect(night.h.warehouse.ran.filter((name) => name === 'listeners')).toHaveLength(1);
  });

  test('that is refused, is not asked for again', async () => {
    const night = nightThat('direct');
    night.state.fault = async (path) => (path.endsWith('/listeners') ? { status: 403 } : undefined);
    const { state, error, seconds } = await night.run();
    expect(state).toBe('FAILED');
    expect(error).toContain('403');
    expect(seconds).toBe(0);
    expect(night.paths().filter((path) => path.endsWith('/stages/listeners'))).toHaveLength(1);
  });
});

describe('an audit', () => {
  test('that fails, fails the run with the names of what failed; nothing is loaded or published', async () => {
    const night = nightThat('direct');
    await night.run();
    const before = await night.h.pointer();
    night.h.warehouse.violations = 3;
    const { state, error } = await night.run();
    expect(state).toBe('FAILED');
    expect(error).toContain('rejected build');
    expect(error).toContain('unique:listeners');
    expect(await night.h.pointer()).toEqual(before);
    expect(night.paths().filter((path) => path === '/builds/load')).toHaveLength(1);
  });

  test('is waived by name in the arguments of a run', async () => {
    const night = nightThat('direct');
    night.h.warehouse.violations = 3;
    const { error } = await night.run();
    const failed = [...error.matchAll(/"name":"([^"]+)/g)].map(([, name]) => String(name));
    expect(failed).toContain('unique:listeners');
    expect((await night.run({ accept: failed.slice(1) })).state).toBe('FAILED');
    const { state } = await night.run({ accept: failed });
    expect(state).toBe('SUCCEEDED');
  });
});

describe('a run', () => {
  test('that is not to publish leaves the build loaded, for somebody to publish', async () => {
    const night = nightThat('direct');
    const { result } = await night.run({ publish: false });
    expect(result).toMatchObject({ status: 'loaded' });
    expect(await night.h.pointer()).toBeUndefined();
    expect(night.paths()).not.toContain('/builds/publish');
  });

  test('that was cut at any call is taken up by the next, which ends with one build published', async () => {
    const good = nightThat('direct');
    await good.run();
    for (let cut = 0; cut < good.calls.length; cut += 1) {
      const night = nightThat('direct');
      let count = 0;
      night.state.fault = async () => {
        count += 1;
        return count > cut ? { status: 403 } : undefined;
      };
      await night.run();
      night.state.fault = async () => undefined;
      const { state, result } = await night.run();
      expect(state, `cut at ${cut}`).toBe('SUCCEEDED');
      expect(result).toMatchObject({ status: 'published' });
      expect((await night.h.pointer())?.accepted.length).toBeLessThanOrEqual(
        cut < good.calls.length - 1 ? 1 : 2,
      );
      const once = night.h.warehouse.ran.filter((name) => name === 'listeners');
      expect(once.length).toBeLessThanOrEqual(cut < good.calls.length - 1 ? 1 : 2);
    }
  });
});

describe('the template', () => {
  test('is told what to read and where to write, in a job named by build and table', async () => {
    const night = nightThat('dataflow');
    const { result } = await night.run();
    const { build } = result as { build: string };
    expect(night.jobs.map(({ name }) => name).sort()).toEqual(
      ['catalog', 'listeners', 'pools'].map((table) => `segue-${build}-${table}`),
    );
    for (const { name } of night.jobs) expect(name).toMatch(/^[a-z]([-a-z0-9]{0,1022}[a-z0-9])?$/);
    const job = night.jobs.find(({ table }) => table === 'listeners');
    expect(job?.body).toEqual({
      launchParameter: {
        jobName: `segue-${build}-listeners`,
        containerSpecGcsPath: 'gs://dataflow-templates-europe-west1/latest/flex/BigQuery_to_Bigtable',
        parameters: {
          inputTableSpec: `a-project:segue_builds.${build}__load_listeners`,
          readIdColumn: 'row_key',
          timestampColumn: 'build_ts',
          skipNullValues: 'true',
          bigtableWriteProjectId: 'a-project',
          bigtableWriteInstanceId: 'segue',
          bigtableWriteTableId: 'listeners',
          bigtableWriteColumnFamily: 'build',
          bigtableWriteAppProfile: 'batch',
          bigtableBulkWriteFlowControl: 'true',
        },
        environment: {
          serviceAccountEmail: 'segue-dataflow@a-project.iam.gserviceaccount.com',
          tempLocation: 'gs://a-project-segue-staging/dataflow',
          stagingLocation: 'gs://a-project-segue-staging/dataflow',
          maxWorkers: 20,
          additionalUserLabels: { app: 'segue' },
        },
      },
    });
  });

  test('that never finishes is cancelled at its deadline; the run fails and names it, nothing is published', async () => {
    const night = nightThat('dataflow');
    night.state.fate = (table) => ({ after: table === 'pools' ? undefined : 60 });
    const { state, error, seconds, steps } = await night.run();
    expect(state).toBe('FAILED');
    expect(error).toMatch(/Dataflow job segue-b\d+-pools \(2026-11-01_\d\) did not end within 7200 s/);
    expect(night.state.cancelled).toEqual([expect.stringMatching(/^segue-b\d+-pools$/)]);
    expect(seconds).toBeGreaterThan(DEADLINE);
    expect(seconds).toBeLessThan(DEADLINE + 120);
    expect(steps).toBeLessThan(5000);
    expect(night.paths()).not.toContain('/builds/loaded');
    expect(await night.h.pointer()).toBeUndefined();

    night.state.fate = () => ({ after: 60 });
    expect((await night.run()).state).toBe('SUCCEEDED');
    expect(night.h.warehouse.ran).toHaveLength(STAGES.length);
  });

  test('that cannot be cancelled either still fails the run with its name', async () => {
    const night = nightThat('dataflow');
    night.state.fate = () => ({ after: undefined });
    night.state.refusesCancel = true;
    const { error, logs } = await night.run();
    expect(error).toContain('did not end within');
    expect(JSON.stringify(logs)).toContain('could not be cancelled');
  });

  test('that fails ends the run with its name and state', async () => {
    const night = nightThat('dataflow');
    night.state.fate = (table) => ({
      after: 60,
      ...(table === 'catalog' && { state: 'JOB_STATE_FAILED' }),
    });
    const { state, error } = await night.run();
    expect(state).toBe('FAILED');
    expect(error).toMatch(/segue-b\d+-catalog .* ended as JOB_STATE_FAILED/);
    expect(await night.h.pointer()).toBeUndefined();
  });

  test('that runs already is joined by a run that comes again, and by one whose launch went without an answer', async () => {
    const night = nightThat('dataflow');
    night.state.fate = () => ({ after: 60, answerLost: true });
    expect((await night.run()).state).toBe('SUCCEEDED');
    expect(night.jobs).toHaveLength(3);

    const cut = nightThat('dataflow');
    cut.state.fate = () => ({ after: undefined });
    cut.state.refusesCancel = true;
    expect((await cut.run()).state).toBe('FAILED');
    cut.state.fate = () => ({ after: 60 });
    expect((await cut.run()).state).toBe('SUCCEEDED');
    expect(cut.jobs).toHaveLength(3);
  });

  test('whose cells are not there when it says it is done leaves the build unpublished', async () => {
    const night = nightThat('dataflow');
    night.state.fault = async (path) => (path.endsWith('/loaded') ? { status: 503 } : undefined);
    const { state, error } = await night.run();
    expect(state).toBe('FAILED');
    expect(error).toContain('/loaded');
    expect(await night.h.pointer()).toBeUndefined();
    night.state.fault = async () => undefined;
    expect((await night.run()).state).toBe('SUCCEEDED');
    // Not confirmed, the first load was not believed.
    expect(night.jobs).toHaveLength(6);
  });
});
