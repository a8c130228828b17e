/** Judges a finished build; nothing it finds wrong is ever served unless an operator waives it by name. */
import { BloomFilter } from '../../shared/domain/bloom.ts';
import { parseCandidates } from '../../shared/domain/candidate.ts';
import { gini } from '../../shared/domain/gini.ts';
import { median, populationStability } from '../../shared/domain/stability.ts';
import type { BuildSpace } from '../../shared/ports/warehouse.ts';
import {
  AUDITS,
  CANARY_SAMPLE_SQL,
  CANARY_SQL,
  COVERAGE_SQL,
  EXPOSED_PLACES,
  EXPOSURE_TOLERANCE,
  HISTORY_NEEDED,
  LEAST_EXPOSED,
  MAXIMUM_PSI,
  MINIMUM_COVERAGE,
  MODEL_SQL,
  SCORE_BUCKETS,
  SCORE_HISTOGRAM_SQL,
  VOLUME_STAGES,
  VOLUME_TOLERANCE,
  WEEK_MS,
} from '../../shared/sql/audits.ts';
import type { AuditResult, Build } from './builds.ts';

/** Also tells which model a build serves by, and how it did. */
export const RANKING_AUDIT = 'ranking-model';

export interface AuditReport {
  readonly results: readonly AuditResult[];
  readonly scoreShares: readonly number[];
  /** Gini coefficient of how often the artists of sampled pools stand in first places; null of too small a sample. */
  readonly artistExposure: number | null;
}

/**
 * Runs every audit. `history` are the builds published before, oldest first; `accept` names audits whose failure
 * is waived (`volume` and `psi` after an import, say).
 */
export async function audit(
  space: BuildSpace,
  build: Pick<Build, 'stages' | 'cutoff'>,
  history: readonly Build[],
  accept: ReadonlySet<string>,
): Promise<AuditReport> {
  const results: AuditResult[] = [];
  for (const { name, meaning, sql } of AUDITS) {
    const violations = Number((await space.query(sql))[0]?.violations);
    results.push({
      name,
      passed: violations === 0,
      detail: violations === 0 ? 'ok' : `${violations}: ${meaning}`,
    });
  }
  const canary = await judgeCanary(space, build.stages.listeners?.rows ?? 0);
  results.push(await judgeCoverage(space), canary.result, await judgeModel(space));
  const scoreShares = await readScoreShares(space);
  const { artistExposure } = canary;
  if (history.length >= HISTORY_NEEDED) {
    results.push(
      ...judgeVolume(build, history),
      judgeDrift(scoreShares, history),
      ...judgeExposure(artistExposure, build, history),
    );
  }
  return { results: results.map((result) => waive(result, accept)), scoreShares, artistExposure };
}

function waive(result: AuditResult, accept: ReadonlySet<string>): AuditResult {
  const named = accept.has(result.name) || accept.has(result.name.split(':')[0] ?? '');
  return !result.passed && named ? { ...result, waived: true } : result;
}

async function judgeCoverage(space: BuildSpace): Promise<AuditResult> {
  const [row] = await space.query(COVERAGE_SQL);
  const active = Number(row?.active);
  const covered = Number(row?.covered);
  const share = active === 0 ? 1 : covered / active;
  return {
    name: 'coverage',
    passed: share >= MINIMUM_COVERAGE,
    detail: `${covered} of ${active} active listeners have candidates (${(share * 100).toFixed(2)}%)`,
  };
}

interface Canary {
  readonly result: AuditResult;
  readonly artistExposure: number | null;
}

/**
 * For some listeners, reads filter and pool as serving will: everything heard is in the filter, nothing in the pool was
 * heard. What stands first in those pools tells how unevenly artists are exposed.
 */
async function judgeCanary(space: BuildSpace, listeners: number): Promise<Canary> {
  const exposed = new Map<string, number>();
  let missed = 0;
  let offered = 0;
  const sample = await space.query(CANARY_SAMPLE_SQL, { listeners });
  for (const { listener_id: listener } of sample) {
    // One by one: the cells of a listener are found by their order, a join would read those of all.
    const [row] = await space.query(CANARY_SQL, { listener: String(listener) });
    if (row === undefined) {
      missed += 1;
      continue;
    }
    const filter = BloomFilter.parse(String(row.heard));
    const heard = new Set(
      String(row.recent)
        .split('\n')
        .map((line) => line.split('\t')[0] ?? ''),
    );
    for (const recording of heard) if (!filter.has(recording)) missed += 1;
    const candidates = parseCandidates(String(row.pool));
    for (const { recordingId } of candidates) if (heard.has(recordingId)) offered += 1;
    // Who is in a pool and never comes first is exposed to nobody: fewer artists in first places are more uneven.
    for (const [place, { artistId }] of candidates.entries())
      if (artistId !== null)
        exposed.set(artistId, (exposed.get(artistId) ?? 0) + (place < EXPOSED_PLACES ? 1 : 0));
  }
  return {
    result: {
      name: 'bloom-canary',
      passed: missed === 0 && offered === 0,
      detail: `${sample.length} listeners: ${missed} heard recordings missing from filters, ${offered} heard recordings in pools`,
    },
    artistExposure: sample.length < LEAST_EXPOSED ? null : gini(exposed.values()),
  };
}

/** A model that is used orders what it did not see better than the configured weights; which one it is is told. */
async function judgeModel(space: BuildSpace): Promise<AuditResult> {
  const [row] = await space.query(MODEL_SQL);
  const used = String(row?.line ?? '') !== '';
  const [auc, configured] = [Number(row?.auc ?? 0) / 1000, Number(row?.configured_auc ?? 0) / 1000];
  const heard = `${Number(row?.heard ?? 0)} servings heard, ${Number(row?.retained ?? 0)} of them kept`;
  const judged =
    auc === 0 ? 'too few to learn from' : `AUC ${auc} on held-out listeners, the weights' own ${configured}`;
  return {
    name: RANKING_AUDIT,
    passed: row !== undefined && (!used || auc >= configured),
    detail: `${heard}: ${judged}; pools are ordered by ${used ? String(row?.line).trim() : 'the configured weights'}`,
  };
}

/** A guardrail against ranking that gives ever more places to ever fewer artists. */
function judgeExposure(
  artistExposure: number | null,
  build: Pick<Build, 'cutoff'>,
  history: readonly Build[],
): AuditResult[] {
  const week = history.filter(({ cutoff }) => cutoff >= build.cutoff - WEEK_MS);
  // Builds of before this was measured have none.
  const usual = median(week.flatMap((one) => one.artistExposure ?? []));
  if (artistExposure === null || !(usual > 0)) return [];
  return [
    {
      name: 'artist-exposure',
      passed: artistExposure <= usual + EXPOSURE_TOLERANCE,
      detail: `Gini coefficient of artists in the first ${EXPOSED_PLACES} places ${artistExposure.toFixed(3)}, the week's median is ${usual.toFixed(3)}`,
    },
  ];
}

async function readScoreShares(space: BuildSpace): Promise<number[]> {
  const shares = new Array<number>(SCORE_BUCKETS).fill(0);
  const rows = await space.query(SCORE_HISTOGRAM_SQL);
  const total = rows.reduce((sum, row) => sum + Number(row.pairs), 0);
  for (const row of rows) {
    const bucket = Math.min(SCORE_BUCKETS - 1, Math.max(0, Number(row.bucket)));
    shares[bucket] = (shares[bucket] ?? 0) + Number(row.pairs) / total;
  }
  return shares;
}

function judgeVolume(build: Pick<Build, 'stages' | 'cutoff'>, history: readonly Build[]): AuditResult[] {
  const week = history.filter(({ cutoff }) => cutoff >= build.cutoff - WEEK_MS);
  return VOLUME_STAGES.flatMap((stage) => {
    const usual = median(week.map(({ stages }) => stages[stage]?.rows ?? 0));
    const rows = build.stages[stage]?.rows ?? 0;
    if (!(usual > 0)) return [];
    const passed = Math.abs(rows - usual) <= usual * VOLUME_TOLERANCE;
    return [{ name: `volume:${stage}`, passed, detail: `${rows} rows, the week's median is ${usual}` }];
  });
}

function judgeDrift(scoreShares: readonly number[], history: readonly Build[]): AuditResult {
  const psi = populationStability(history.at(-1)?.scoreShares ?? [], scoreShares);
  return {
    name: 'psi',
    passed: psi < MAXIMUM_PSI,
    detail: `population stability index of neighbour scores ${psi.toFixed(3)}, allowed below ${MAXIMUM_PSI}`,
  };
}
