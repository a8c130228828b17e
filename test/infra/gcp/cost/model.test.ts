import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type FigureId, MEASUREMENTS, type Measurements } from '../../../../infra/gcp/cost/measurements.ts';
import { type Estimate, estimate } from '../../../../infra/gcp/cost/model.ts';
import { PRICES, type Price } from '../../../../infra/gcp/cost/prices.ts';
import { sensitivityOf } from '../../../../infra/gcp/cost/sensitivity.ts';
import {
  type Deployment,
  deploymentOf,
  type Workload,
  workloadOf,
} from '../../../../infra/gcp/cost/workload.ts';

/** Round figures, so that the answers below could be worked out on paper. */
const ROUND: Partial<Record<FigureId, number>> = {
  listenMessage: 400,
  impressionMessage: 300,
  messageOverhead: 100,
  listenRow: 200,
  impressionRow: 100,
  scanPerPlay: 1000,
  scanPerListener: 100_000,
  scanPerItem: 10_000,
  writtenPerPlay: 100,
  writtenPerListener: 10_000,
  writtenPerItem: 1000,
  poolCell: 20_000,
  tasteCell: 10_000,
  recentCellPerPlay: 1000,
  recentCellMost: 30_000,
  heardCellPerPlay: 1,
  relatedCell: 0,
  liveCell: 200,
  compression: 0.5,
  cpuPerIngestRequest: 1,
  cpuPerIngestEvent: 0,
  cpuPerTurn: 50,
  documentsPerTurn: 1,
  sessionDocument: 20_000,
  turnsPerSession: 5,
  promptTokens: 2000,
  answerTokens: 500,
  useOfCore: 0.5,
  requestLog: 1000,
};
const figures = Object.fromEntries(
  Object.entries(MEASUREMENTS).map(([id, figure]) => [
    id,
    { ...figure, value: ROUND[id as FigureId] ?? figure.value },
  ]),
) as Measurements;

const TABLE: Readonly<Record<string, Price>> = PRICES;

function run(
  size: Deployment['size'],
  workload: Pick<Workload, 'listeners'> & Partial<Workload>,
  given: Partial<Deployment> = {},
  measurements: Measurements = figures,
): Estimate {
  const deployment = deploymentOf(size, given);
  return estimate(workloadOf(workload, deployment), deployment, measurements, PRICES);
}

function line({ lines }: Estimate, product: string, resource: string) {
  const found = lines.find((candidate) => candidate.product === product && candidate.resource === resource);
  if (found === undefined) throw new Error(`There is no line ${product}: ${resource}.`);
  return found;
}

const HUNDRED = {
  listeners: 1_000_000,
  playsPerDay: 10,
  answersPerDay: 1,
  historyDays: 100,
  catalogueItems: 100_000,
  turnsPerDay: 0,
  callsPerDay: 0,
};

describe('lines worked out by hand, a million listeners of ten plays a day', () => {
  const found = run('team', HUNDRED);

  it('publishes 1,000 bytes a play at least, and 20 items of 400 bytes an answer', () => {
    // (10e6 · 1000 + 1e6 · 8000) bytes · 365/12 days = 547.5e9 bytes = .49795 TiB, .00977 of it free, at $40.
    expect(line(found, 'Pub/Sub', 'publishing').quantity).toBeCloseTo(0.49795, 4);
    expect(line(found, 'Pub/Sub', 'publishing').monthly).toBeCloseTo(19.527, 2);
  });

  it('sends 500 bytes a play and 400 an item to the warehouse', () => {
    // (10e6 · 500 + 20e6 · 400) · 30.41667 / 2^40 = .35963 TiB at $50.
    expect(line(found, 'Pub/Sub', 'subscriptions of the warehouse').monthly).toBeCloseTo(17.981, 2);
  });

  it('keeps a week of both in topics', () => {
    // 13e9 · 7 / 2^30 = 84.750 GiB at $.27.
    expect(line(found, 'Pub/Sub', 'topics keep 7 days').monthly).toBeCloseTo(22.8826, 3);
  });

  it('reads the whole history every night', () => {
    // (1e9 plays · 1000 + 1e6 · 100,000 + 1e5 · 10,000) = 1.101e12 bytes = 1.00135 TiB · 30.41667 − 1 free, at $6.25.
    expect(line(found, 'BigQuery', 'builds, by bytes').monthly).toBeCloseTo(184.11, 1);
  });

  it('keeps 14 builds, with the cells that the template reads', () => {
    // 1e9 · 100 + 1e6 · 10,000 + 1e5 · 1000 + 1e6 · 61,000 = 171.1e9 bytes = 159.349 GiB · 14.
    expect(line(found, 'BigQuery', 'tables of builds').quantity).toBeCloseTo(2230.89, 1);
  });

  it('counts 90 days of history as active and ten as old', () => {
    // (10e6 · 200 + 20e6 · 100) = 4e9 bytes a day.
    expect(line(found, 'BigQuery', 'history, 90 days').quantity).toBeCloseTo((4e9 * 90) / 2 ** 30, 3);
    expect(line(found, 'BigQuery', 'history, older').quantity).toBeCloseTo((4e9 * 10) / 2 ** 30, 3);
  });

  it('stores 14 builds of 61,000 bytes and 300 live cells a listener, half of it after compression', () => {
    // 1e6 · (14 · 61,000 + 300 · 200) / 2 = 457e9 bytes = 425.614 GiB at $.17.
    expect(line(found, 'Bigtable', 'rows').monthly).toBeCloseTo(72.354, 2);
  });

  it('bills ingest by the cores it takes once they are more than one', () => {
    // 50e6 plays a day in requests of 1 ms: .5787 cores on half-used cores, 1.1574 instances for 2,628,000 s.
    const busy = run('team', { ...HUNDRED, playsPerDay: 50 });
    expect(line(busy, 'Functions', 'ingest: CPU').quantity).toBeCloseTo(1.157407 * 2_628_000, -2);
    expect(line(busy, 'Functions', 'ingest: CPU').monthly).toBeCloseTo(
      (1.157407 * 2_628_000 - 180_000) * 0.000024,
      2,
    );
  });

  it('bills a request of 1,000 bytes of logs, 50 GiB of them free', () => {
    // (10e6 + 10e6 + 1e6) · 30.41667 · 1000 bytes = 594.86 GiB.
    expect(line(found, 'Logging', 'lines of requests').monthly).toBeCloseTo((594.86 - 50) * 0.5, 1);
  });
});

describe('turns worked out by hand, half of one a listener and day', () => {
  const turns = { ...HUNDRED, turnsPerDay: 0.5 };
  const found = run('team', turns);

  it('compute on one core each', () => {
    // 500,000 turns a day of 50 ms: .289352 cores on half-used cores, .578704 instances for 2,628,000 s.
    expect(line(found, 'Functions', 'sessions: CPU').quantity).toBeCloseTo(0.578704 * 2_628_000, -2);
    expect(line(found, 'Functions', 'sessions: warm CPU').quantity).toBeCloseTo(0.421296 * 2_628_000, -2);
    expect(line(found, 'Functions', 'sessions: requests').quantity).toBeCloseTo(15.2083, 3);
  });

  it('read and write a document each, and keep it for thirty days, its versions for a week', () => {
    // 500,000 · 30.41667 and 186 records of each of 30.41667 builds, in hundred thousands, at $.09.
    expect(line(found, 'Firestore', 'writes').monthly).toBeCloseTo((152.0833 + 0.05657) * 0.09, 3);
    expect(line(found, 'Firestore', 'reads').quantity).toBeCloseTo(152.14, 2);
    // 500,000 · (30 / 5 + 7) · 20,000 bytes = 121.07 GiB, and .01 for the builds.
    expect(line(found, 'Firestore', 'documents').quantity).toBeCloseTo(121.082, 2);
  });

  it('are told to the warehouse, ten items of 400 bytes each', () => {
    // (10e6 · 1000 + 1e6 · 8000 + 5e5 · 4000) bytes · 365/12 days = 608.3e9 bytes.
    expect(line(found, 'Pub/Sub', 'publishing').quantity).toBeCloseTo((20e9 * 365) / 12 / 2 ** 40, 4);
  });

  it('pay for a model only where one reads prompts', () => {
    expect(found.lines.map(({ product }) => product)).not.toContain('Vertex AI');
    // 500,000 turns · .2 prompts · 30.41667 days · 2,000 tokens, in millions.
    const asked = run('team', turns, { hasModel: true });
    expect(line(asked, 'Vertex AI', 'prompts').quantity).toBeCloseTo(6083.33, 1);
    expect(line(asked, 'Vertex AI', 'briefs').quantity).toBeCloseTo(1520.83, 1);
  });
});

describe('what little traffic costs', () => {
  it('is billed by the tenth of a second in which anything is under way', () => {
    // 86,400 requests a day are one a second: 1 − e^−.1 = .0951626 of the time.
    const found = run('dev', { listeners: 86_400, playsPerDay: 1, answersPerDay: 0, turnsPerDay: 0 });
    expect(line(found, 'Functions', 'update-signals: CPU').quantity).toBeCloseTo(0.0951626 * 2_628_000, -1);
  });
});

describe('nobody listening', () => {
  const found = run('team', { listeners: 0 });
  const paid = found.lines.filter(({ monthly }) => monthly > 0).map(({ product }) => product);

  it('costs what is there anyway: nodes, warm instances, images, alerts', () => {
    expect(new Set(paid)).toEqual(
      new Set(['Functions', 'Bigtable', 'Firestore', 'Cloud Storage', 'Artifact Registry', 'Monitoring']),
    );
    // One node, and an instance each of ingest, serve and sessions kept warm: (1 + .5 + 1 + 1 + 1 + 2) · 2,628,000 · .0000025.
    expect(line(found, 'Bigtable', 'nodes of cluster 1').monthly).toBeCloseTo(730 * 0.65, 6);
    const warm = found.lines.filter(({ resource }) => resource.includes('warm'));
    expect(warm.reduce((sum, { monthly }) => sum + monthly, 0)).toBeCloseTo(42.705, 3);
  });

  it('uses up no limit', () => {
    expect(found.limits.every(({ use }) => use === 0)).toBe(true);
  });
});

describe('any workload', () => {
  const size = fc.constantFrom('dev', 'team', 'internet');
  const load = fc.constantFrom('direct', 'dataflow', 'reverse-etl');
  const workload = fc.record({
    listeners: fc.integer({ min: 0, max: 500_000_000 }),
    playsPerDay: fc.double({ min: 0, max: 200, noNaN: true }),
    answersPerDay: fc.double({ min: 0, max: 50, noNaN: true }),
    turnsPerDay: fc.double({ min: 0, max: 50, noNaN: true }),
    callsPerDay: fc.double({ min: 0, max: 50, noNaN: true }),
    historyDays: fc.integer({ min: 1, max: 2000 }),
  });
  const more = fc.record({
    listeners: fc.integer({ min: 0, max: 10_000_000 }),
    playsPerDay: fc.double({ min: 0, max: 20, noNaN: true }),
    answersPerDay: fc.double({ min: 0, max: 20, noNaN: true }),
    turnsPerDay: fc.double({ min: 0, max: 20, noNaN: true }),
    callsPerDay: fc.double({ min: 0, max: 20, noNaN: true }),
    historyDays: fc.integer({ min: 0, max: 500 }),
  });

  it('never costs less with more listeners, plays, answers or history', () => {
    fc.assert(
      fc.property(size, load, workload, more, (s, l, small, plus) => {
        const large = {
          listeners: small.listeners + plus.listeners,
          playsPerDay: small.playsPerDay + plus.playsPerDay,
          answersPerDay: small.answersPerDay + plus.answersPerDay,
          turnsPerDay: small.turnsPerDay + plus.turnsPerDay,
          callsPerDay: small.callsPerDay + plus.callsPerDay,
          historyDays: small.historyDays + plus.historyDays,
        };
        const [less, most] = [small, large].map(
          (w) => run(s, w, { load: l, hasModel: true }, MEASUREMENTS).total,
        );
        expect(most).toBeGreaterThanOrEqual((less ?? Number.NaN) * (1 - 1e-9));
      }),
    );
  });

  it('has lines that add up, give away no more than is free, and name price and source', () => {
    fc.assert(
      fc.property(size, load, workload, (s, l, w) => {
        const { lines, total } = run(s, w, { load: l }, MEASUREMENTS);
        const given = new Map<string, number>();
        for (const { quantity, free, price, priceId, monthly, driver } of lines) {
          expect(Number.isFinite(quantity) && quantity >= 0).toBe(true);
          expect(free).toBeLessThanOrEqual(quantity);
          expect(monthly).toBe((quantity - free) * price.usd);
          expect(driver).not.toBe('');
          expect(price.source).toMatch(/^https:/);
          given.set(priceId, (given.get(priceId) ?? 0) + free);
        }
        for (const [id, units] of given)
          expect(units).toBeLessThanOrEqual((TABLE[id]?.free?.units ?? 0) * (1 + 1e-9));
        const sum = lines.reduce((all, { monthly }) => all + monthly, 0);
        expect(Math.abs(sum - total)).toBeLessThanOrEqual(total * 1e-9);
      }),
    );
  });

  it('lies within its own range', () => {
    const found = run('internet', { listeners: 300_000_000 }, {}, MEASUREMENTS);
    const { low, high, doubts } = sensitivityOf(found, MEASUREMENTS, PRICES);
    expect(low).toBeLessThan(found.total);
    expect(high).toBeGreaterThan(found.total);
    expect(doubts[0]?.figure).toBe('scanPerPlay');
  });
});

describe('three hundred million listeners', () => {
  const beyond = (given: Partial<Deployment>) =>
    run('internet', { listeners: 300_000_000 }, given, MEASUREMENTS)
      .limits.filter(({ use }) => use > 1)
      .map(({ resource }) => resource);

  it('do not fit a build on demand, and do fit one on slots', () => {
    expect(beyond({})[0]).toBe('BigQuery: slots to end a build in time');
    expect(beyond({ load: 'reverse-etl' })).not.toContain('BigQuery: slots to end a build in time');
  });

  it('cannot be loaded by a function itself', () => {
    const [first] = beyond({ load: 'direct' });
    expect(first).toBe('rebuild: loading by itself');
  });
});
