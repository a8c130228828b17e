/** Judges a finished build; nothing it finds wrong is ever served unless an operator waives it by name. */
import { BloomFilter } from '../../shared/domain/bloom.ts';
import { parseCandidates } from '../../shared/domain/candidate.ts';
import { median, populationStability } from '../../shared/domain/stability.ts';
import type { BuildSpace } from '../../shared/ports/warehouse.ts';
import {
  AUDITS,
  CANARY_SAMPLE_SQL,
  CANARY_SQL,
  COVERAGE_SQL,
  HISTORY_NEEDED,
  MAXIMUM_PSI,
  MINIMUM_COVERAGE,
  SCORE_BUCKETS,
  SCORE_HISTOGRAM_SQL,
  VOLUME_STAGES,
  VOLUME_TOLERANCE,
  WEEK_MS,
} from '../../shared/sql/audits.ts';
import type { AuditResult, Build } from './builds.ts';

export interface AuditReport {
  readonly results: readonly AuditResult[];
  readonly scoreShares: readonly number[];
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
  results.push(await judgeCoverage(space), await judgeCanary(space, build.stages.listeners?.rows ?? 0));
  const scoreShares = await readScoreShares(space);
  if (history.length >= HISTORY_NEEDED) {
    results.push(...judgeVolume(build, history), judgeDrift(scoreShares, history));
  }
  return { results: results.map((result) => waive(result, accept)), scoreShares };
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

/** For some listeners, reads the filter as serving will: everything heard is in it, nothing in the pool was heard. */
async function judgeCanary(space: BuildSpace, listeners: number): Promise<AuditResult> {
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
    for (const { recordingId } of parseCandidates(String(row.pool))) if (heard.has(recordingId)) offered += 1;
  }
  return {
    name: 'bloom-canary',
    passed: missed === 0 && offered === 0,
    detail: `${sample.length} listeners: ${missed} heard recordings missing from filters, ${offered} heard recordings in pools`,
  };
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
