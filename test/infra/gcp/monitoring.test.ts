import { describe, expect, test } from 'vitest';
import { createAgent } from '../../../functions/agent/handler.ts';
import { createRebuildApp } from '../../../functions/rebuild/app.ts';
import { createServe } from '../../../functions/serve/handler.ts';
import { startStages } from '../../../functions/sessions/stages.ts';
import { FRESH_HOURS } from '../../../infra/gcp/alerts-on-data.ts';
import { CHECKS, freshPattern } from '../../../infra/gcp/checks.ts';
import { logMetricsFor } from '../../../infra/gcp/log-metrics.ts';
import { METRIC_TYPES } from '../../../infra/gcp/metric-types.ts';
import type { Declared } from '../../../infra/gcp/rules/declared.ts';
import { Unauthenticated } from '../../../shared/errors.ts';
import { createLogger } from '../../../shared/logging/logger.ts';
import { startReading } from '../../../shared/serving/reading.ts';
import { STAGE_NAMES } from '../../functions/rebuild/fake-warehouse.ts';
import { openRebuild } from '../../functions/rebuild/harness.ts';
import { openSessions } from '../../functions/sessions/harness.ts';
import { exampleSettings, resourcesOf, SIZES } from './examples.ts';
import { evaluate } from './mocks.ts';

/** An entry as Cloud Logging has it. */
interface Entry {
  readonly resource: { readonly type: string; readonly labels: Readonly<Record<string, string>> };
  readonly logName: string;
  readonly jsonPayload?: Readonly<Record<string, unknown>>;
  readonly httpRequest?: Readonly<Record<string, unknown>>;
}

/** Whether an entry passes a filter of Cloud Logging, as far as ours go. */
function passes(filter: string, entry: Entry): boolean {
  return filter.split(/ AND (?![^(]*\))/).every((part) => {
    const match = /^([\w.]+)(=|:)(?:"([^"]*)"|(\d+)|\(([^()]+)\))$/.exec(part);
    if (match === null) throw new Error(`Cloud Logging knows no ${part}.`);
    const [, path = '', operator, text, number, several] = match;
    const value = path
      .split('.')
      .reduce<unknown>(
        (at, key) => (typeof at === 'object' && at !== null ? (at as never)[key] : undefined),
        entry,
      );
    if (several !== undefined)
      return several
        .split(' OR ')
        .map((one) => one.replaceAll('"', ''))
        .includes(String(value));
    const wanted = text ?? number ?? '';
    return operator === ':' ? String(value).includes(wanted) : String(value) === wanted;
  });
}

const METRICS = logMetricsFor({ project: 'a-project' });
const counting = (entry: Entry) =>
  METRICS.filter(({ filter }) => passes(filter, entry)).map(({ name }) => name);
const from = (service: string) => ({ type: 'cloud_run_revision', labels: { service_name: service } });
const said = (service: string, line: string): Entry => ({
  resource: from(service),
  logName: 'projects/a-project/logs/run.googleapis.com%2Fstdout',
  jsonPayload: JSON.parse(line) as Record<string, unknown>,
});
const asked = (service: string, httpRequest: Record<string, unknown>): Entry => ({
  resource: from(service),
  logName: 'projects/a-project/logs/run.googleapis.com%2Frequests',
  httpRequest,
});

describe('what is counted out of logs', () => {
  test('is what rebuild really says of builds', async () => {
    const h = openRebuild();
    try {
      const lines: string[] = [];
      const app = createRebuildApp({
        ...h.deps,
        logger: createLogger({ destination: { write: (line: string) => void lines.push(line) } }),
        clock: { now: h.deps.now },
        newId: () => 'request',
        authenticate: async () => {
          throw new Unauthenticated('nobody has a token here');
        },
        bulk: { prepare: async () => [], export: async () => undefined, sample: async () => [] },
        loadBy: 'direct',
        untilReplicated: async () => undefined,
      });
      const build = async () => {
        const answer = await app.request('/builds', { method: 'POST', body: '{}' });
        const { id } = (await answer.json()) as { id: string };
        for (const step of [...STAGE_NAMES.map((name) => `stages/${name}`), 'audit', 'load', 'publish'])
          await app.request(`/builds/${id}/${step}`, { method: 'POST', body: '{}' });
      };
      const counted = () => lines.flatMap((line) => counting(said('segue-rebuild', line)));
      await build();
      expect(counted()).toEqual(['segue_builds_published']);
      lines.length = 0;
      h.warehouse.violations = 3;
      await build();
      expect(counted()).toEqual(['segue_builds_rejected']);
    } finally {
      await h.close();
    }
  });

  test('is what serve really says of an answer without a part', async () => {
    const lines: string[] = [];
    const logger = createLogger({ destination: { write: (line: string) => void lines.push(line) } });
    const reading = startReading(0, logger);
    await reading.attempt('catalogue', () => Promise.reject(new Error('unavailable')), undefined);
    expect(lines.flatMap((line) => counting(said('segue-serve', line)))).toEqual(['segue_answers_degraded']);
    expect((JSON.parse(lines[0] ?? '{}') as { part?: string }).part).toBe('catalogue');
    expect(lines.flatMap((line) => counting(said('segue-ingest', line)))).toEqual([]);
  });

  test('is what sessions really say of a turn without a part', async () => {
    const lines: string[] = [];
    const logger = createLogger({ destination: { write: (line: string) => void lines.push(line) } });
    const failing = () => Promise.reject(new Error('unavailable'));
    await startStages(() => 0, logger).run('brief', (part) => part('model', 1000, failing, undefined));
    for (const service of ['segue-sessions', 'segue-agent'])
      expect(lines.flatMap((line) => counting(said(service, line)))).toEqual(['segue_answers_degraded']);
    expect((JSON.parse(lines[0] ?? '{}') as { part?: string }).part).toBe('model');
  });

  test('is refused pushes and stages as Cloud Run tells of requests, and nothing else', () => {
    const push = (status: number) => asked('segue-update-signals', { requestMethod: 'POST', status });
    expect([401, 403].flatMap((status) => counting(push(status)))).toEqual([
      'segue_pushes_refused',
      'segue_pushes_refused',
    ]);
    expect([204, 503, 404].flatMap((status) => counting(push(status)))).toEqual([]);
    expect(counting(asked('segue-serve', { status: 401 }))).toEqual([]);
    const stage = {
      requestUrl: 'https://segue-rebuild-1.run.app/builds/b1/stages/listener_pools',
      status: 200,
      latency: '12.5s',
    };
    expect(counting(asked('segue-rebuild', stage))).toEqual(['segue_stage_seconds']);
    const { labels, value } = METRICS.find(({ name }) => name === 'segue_stage_seconds') ?? {};
    const extract = (text = '', from: string) =>
      new RegExp(/"(.*)"\)$/.exec(text)?.[1] ?? '').exec(from)?.[1];
    expect(extract(labels?.stage, stage.requestUrl)).toBe('listener_pools');
    expect(extract(value?.extractor, stage.latency)).toBe('12.5');
  });

  test('is what alerts and charts ask for, label by label', () => {
    const declared = METRIC_TYPES.filter(({ type }) => type.startsWith('logging.googleapis.com/user/'));
    expect(declared.map(({ type }) => type.split('/').at(-1)).sort()).toEqual(
      METRICS.map(({ name }) => name).sort(),
    );
    for (const { name, labels = {}, value } of METRICS) {
      const metric = declared.find(({ type }) => type.endsWith(`/${name}`));
      expect(metric?.labels).toEqual(expect.arrayContaining(Object.keys(labels)));
      expect(metric?.value).toBe(value === undefined ? 'INT64' : 'DISTRIBUTION');
    }
  });
});

test('the check of freshness takes what /readyz says of a young build, and nothing else', () => {
  const pattern = new RegExp(freshPattern(FRESH_HOURS));
  const ready = (buildAgeHours: number) => JSON.stringify({ status: 'ready', build: 'b01', buildAgeHours });
  for (const hours of [0, 0.01, 3, 9.99, 24, 27.99])
    expect(pattern.test(ready(hours)), `${hours}`).toBe(true);
  for (const hours of [28, 28.01, 36, 99, 270, 2800])
    expect(pattern.test(ready(hours)), `${hours}`).toBe(false);
  expect(pattern.test('{"status":"unready","build":null,"buildAgeHours":null,"reason":"x"}')).toBe(false);
});

const ofType = (resources: readonly Declared[], type: string) =>
  resources.filter((resource) => resource.type === `gcp:${type}`);

describe.each(SIZES)('%s', (size) => {
  test('has its checks, counts, promises and alerts; every alert tells everybody who is named', async () => {
    const resources = await resourcesOf(size);
    const alerts = ofType(resources, 'monitoring/alertPolicy:AlertPolicy');
    expect(alerts.length).toBe(17 + 24);
    const mails = ofType(resources, 'monitoring/notificationChannel:NotificationChannel');
    for (const { inputs, name } of alerts) {
      expect(inputs.notificationChannels, name).toHaveLength(mails.length);
      expect((inputs.documentation as { content: string }).content.length).toBeGreaterThan(80);
    }
    expect(ofType(resources, 'logging/metric:Metric')).toHaveLength(METRICS.length);
    expect(ofType(resources, 'monitoring/slo:Slo')).toHaveLength(8);
    expect(ofType(resources, 'billing/budget:Budget')).toHaveLength(size === 'dev' ? 0 : 1);
    const names = JSON.stringify(alerts);
    expect(names).toContain('services/segue-serve/serviceLevelObjectives/latency');
    // Ids of checks and objectives reached the filters.
    expect(names).not.toContain('check_id = ""');
    expect(names).toContain('check_id = \\"fresh\\"');
  });

  test('asks at the address that apps use', async () => {
    const hosts = ofType(await resourcesOf(size), 'monitoring/uptimeCheckConfig:UptimeCheckConfig').map(
      ({ inputs }) => (inputs.monitoredResource as { labels: { host: string } }).labels.host,
    );
    expect(new Set(hosts)).toEqual(
      new Set(
        size === 'internet'
          ? ['music.example.com']
          : ['serve', 'sessions', 'agent'].map((door) => `segue-${door}-abc-ew.a.run.app`),
      ),
    );
  });
});

test('where IAM guards the door, checks come with a token of Cloud Monitoring, which may call what it checks', async () => {
  const { resources } = await evaluate({
    ...exampleSettings('dev'),
    publicApi: 'false',
    callers: '["group:apps@example.com"]',
  });
  for (const { inputs } of ofType(resources, 'monitoring/uptimeCheckConfig:UptimeCheckConfig'))
    expect(inputs.httpCheck).toMatchObject({ serviceAgentAuthentication: { type: 'OIDC_TOKEN' } });
  for (const door of ['serve', 'sessions', 'agent']) {
    const [grant] = resources.filter(({ name }) => name === `${door}-checks`);
    expect(grant?.inputs).toMatchObject({ name: `segue-${door}`, role: 'roles/run.invoker' });
  }
});

test('checks of sessions and of agent take the refusal of whoever has no token', async () => {
  const sessions = openSessions();
  try {
    const { deps } = sessions;
    const apps = {
      serve: createServe(deps),
      sessions: sessions.app(),
      agent: createAgent({ ...deps, call: () => Promise.reject(new Error('nobody is asked')) }),
    };
    for (const { door, path, status } of CHECKS.filter(({ id }) => id !== 'fresh'))
      expect((await apps[door].request(path)).status, path).toBe(status ?? 200);
    const declared = ofType(await resourcesOf('dev'), 'monitoring/uptimeCheckConfig:UptimeCheckConfig');
    for (const { path, status } of CHECKS) {
      const accepted = declared
        .map(({ inputs }) => inputs.httpCheck as { path: string; acceptedResponseStatusCodes?: unknown })
        .filter((check) => check.path === path)
        .map(({ acceptedResponseStatusCodes }) => acceptedResponseStatusCodes);
      expect(accepted).toEqual([status === undefined ? undefined : [{ statusValue: status }]]);
    }
  } finally {
    await sessions.close();
  }
});

test('a budget mails at half, at nine tenths and at all of it, and counts cents', async () => {
  const { resources } = await evaluate({
    ...exampleSettings('dev'),
    alertEmails: '["a@example.com"]',
    budget: '{"billingAccount":"012345-6789AB-CDEF01","monthly":99.5,"currency":"EUR"}',
  });
  const [budget] = ofType(resources, 'billing/budget:Budget');
  expect(budget?.inputs).toMatchObject({
    amount: { specifiedAmount: { currencyCode: 'EUR', units: '99', nanos: 500_000_000 } },
    budgetFilter: { projects: ['projects/123456789012'] },
    thresholdRules: [
      { thresholdPercent: 0.5 },
      { thresholdPercent: 0.9 },
      { thresholdPercent: 1 },
      { thresholdPercent: 1.2, spendBasis: 'FORECASTED_SPEND' },
    ],
  });
});
