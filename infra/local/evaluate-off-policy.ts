/** Off-policy evaluation of a data directory: what was served, what the listener did with it, what others would earn. */
import { openDataDirectory } from '../../shared/embedded/data-directory.ts';
import { openDuckdbWarehouse } from '../../shared/embedded/duckdb-warehouse.ts';
import { PermanentError } from '../../shared/errors.ts';
import type { Estimate } from '../../shared/evaluation/bootstrap.ts';
import {
  greedyTarget,
  isDeterministic,
  type LoggedItem,
  type LoggedSlate,
  loggedValue,
  type TargetOptions,
  type TargetPolicy,
  type TargetValue,
  targetValue,
  uniformTarget,
} from '../../shared/evaluation/logged-slates.ts';
import type { ReportTable } from '../../shared/evaluation/report-html.ts';
import type { Warehouse } from '../../shared/ports/warehouse.ts';
import type { Settings } from './settings.ts';

/**
 * One row an item that was served in [@from, @until), with what was made of it within a day: played and not skipped, saved,
 * liked or added. By listener, recording and time, since a player need not name the impression. What was done in private
 * says nothing.
 */
const LOGGED_SQL = `WITH shown AS (
  SELECT impression_id, listener_id, surface, served_at, position, item_id, COALESCE(recording_id, item_id) AS recording,
    score, propensity
  FROM impressions
  WHERE served_at >= TIMESTAMP_MILLIS(@from) AND served_at < TIMESTAMP_MILLIS(@until)
  QUALIFY ROW_NUMBER() OVER (PARTITION BY listener_id, impression_id, position ORDER BY served_at, item_id) = 1
),
liked AS (
  SELECT listener_id, recording_id, occurred_at
  FROM listens
  WHERE NOT COALESCE(private, FALSE)
    AND (
      type IN ('save', 'like', 'playlist_add')
      OR (
        type = 'listen' AND NOT COALESCE(skipped, FALSE)
        AND (COALESCE(ms_played, 30000) >= 30000 OR COALESCE(duration_ms > 0 AND ms_played * 100 >= duration_ms * 95, FALSE))
      )
    )
),
rewarded AS (
  SELECT DISTINCT s.listener_id, s.impression_id, s.position
  FROM shown AS s
  JOIN liked AS k ON k.listener_id = s.listener_id AND k.recording_id = s.recording
  WHERE k.occurred_at >= s.served_at AND k.occurred_at < TIMESTAMP_ADD(s.served_at, INTERVAL 24 HOUR)
)
SELECT s.surface AS surface, s.listener_id AS listener, s.impression_id AS impression, s.item_id AS item, s.score AS score,
  s.propensity AS propensity, IF(r.listener_id IS NULL, 0, 1) AS reward
FROM shown AS s
LEFT JOIN rewarded AS r
  ON r.listener_id = s.listener_id AND r.impression_id = s.impression_id AND r.position = s.position
ORDER BY s.surface, s.listener_id, s.served_at, s.impression_id, s.position`;

export interface LoggedSurface {
  readonly surface: string;
  readonly slates: readonly LoggedSlate[];
  /** Slates with an item whose score or propensity was not logged. */
  readonly incomplete: number;
}

/** Slates served in [from, until), epoch milliseconds, by surface. */
export async function readLoggedSlates(
  warehouse: Pick<Warehouse, 'query'>,
  range: { readonly from: number; readonly until: number },
): Promise<LoggedSurface[]> {
  const rows = await warehouse.query(LOGGED_SQL, { from: range.from, until: range.until });
  return [...Map.groupBy(rows, (row) => String(row.surface))].map(([surface, served]) => {
    const slates: LoggedSlate[] = [];
    let incomplete = 0;
    const groups = Map.groupBy(served, (row) => JSON.stringify([row.listener, row.impression])).values();
    for (const group of groups) {
      if (group.some(({ score, propensity }) => score === null || propensity === null)) incomplete += 1;
      else
        slates.push({
          listener: String(group[0]?.listener),
          items: group.map(
            ({ item, score, propensity, reward }): LoggedItem => ({
              itemId: String(item),
              score: Number(score),
              propensity: Number(propensity),
              reward: Number(reward),
            }),
          ),
        });
    }
    return { surface, slates, incomplete };
  });
}

const TARGETS: readonly (readonly [name: string, target: TargetPolicy])[] = [
  ['greedy by score', greedyTarget],
  ['uniform over the slate', uniformTarget],
];

export interface OffPolicyRow {
  readonly surface: string;
  readonly policy: string;
  readonly slates: number;
  /** Mean reward of an item: of the logged policy as it was, of others by IPS. */
  readonly value: Estimate;
  /** Null for the logged policy, which needs no weights, and where chance had no part in what was served. */
  readonly estimates: TargetValue | null;
}

export interface OffPolicyReport {
  readonly rows: readonly OffPolicyRow[];
  /** What the reader has to know of the rows, in sentences. */
  readonly notes: readonly string[];
}

/**
 * The logged policy's value by surface and, where chance had a part in what was served, that of each target policy.
 * Throws PermanentError where no complete slate was logged and RangeError for a propensity outside (0, 1].
 */
export function evaluateOffPolicy(
  surfaces: readonly LoggedSurface[],
  options: TargetOptions,
): OffPolicyReport {
  const rows: OffPolicyRow[] = [];
  const notes: string[] = [];
  for (const { surface, slates, incomplete } of surfaces) {
    if (incomplete > 0)
      notes.push(
        `${surface}: ${incomplete} slates are left out, an item of theirs has no score or no propensity.`,
      );
    if (slates.length === 0) continue;
    const about = { surface, slates: slates.length };
    rows.push({ ...about, policy: 'logged', value: loggedValue(slates, options), estimates: null });
    if (isDeterministic(slates)) {
      notes.push(
        `${surface}: every propensity is 1, chance had no part in what was served. Nothing can be estimated but the logged policy itself.`,
      );
      continue;
    }
    for (const [policy, target] of TARGETS) {
      const estimates = targetValue(slates, target, options);
      rows.push({ ...about, policy, value: estimates.ips, estimates });
      notes.push(...doubtsOf(`${surface}, ${policy}`, estimates, options.places));
    }
  }
  if (rows.some(({ estimates }) => estimates !== null))
    notes.unshift(
      'IPS and SNIPS are of an item whose place alone the policy decides, RIPS of a slate that it decides as a whole.',
    );
  if (rows.length === 0) throw new PermanentError('No complete slate was logged in these days.');
  return { rows, notes };
}

function doubtsOf(name: string, { rips, effectiveSampleSize, items }: TargetValue, places: number): string[] {
  const doubts: string[] = [];
  if (effectiveSampleSize < items / 100)
    doubts.push(
      `${name}: ${items} items are worth ${effectiveSampleSize.toFixed(1)}; the intervals tell too little.`,
    );
  if (rips === null) doubts.push(`${name}: no slate has ${places} places, so there is no RIPS.`);
  else if (rips.supportedPlaces < places)
    doubts.push(
      `${name}: no slate agrees with it below place ${rips.supportedPlaces}; RIPS counts nothing there.`,
    );
  return doubts;
}

/**
 * As evaluateOffPolicy, of a data directory that no host has open; served in [from, until), epoch milliseconds. Throws
 * PermanentError naming the process that has it, otherwise.
 */
export async function evaluateDirectoryOffPolicy(
  settings: Pick<Settings, 'dataDirectory' | 'threads' | 'memory'>,
  range: { readonly from: number; readonly until: number },
  options: TargetOptions,
): Promise<OffPolicyReport> {
  const directory = openDataDirectory(settings.dataDirectory, { exclusive: true });
  try {
    const warehouse = await openDuckdbWarehouse({
      directory: directory.path,
      threads: settings.threads,
      memory: settings.memory,
    });
    try {
      return evaluateOffPolicy(await readLoggedSlates(warehouse, range), options);
    } finally {
      await warehouse.close();
    }
  } finally {
    directory.close();
  }
}

/** A row per surface and policy: IPS, SNIPS and RIPS with 95% intervals, and how much the weights are worth. */
export function offPolicyTable({ rows }: OffPolicyReport): ReportTable {
  const show = (value: Estimate | null) =>
    value === null ? '–' : `${value.mean.toFixed(4)} (${value.low.toFixed(4)} to ${value.high.toFixed(4)})`;
  return {
    head: [
      'surface',
      'policy',
      'slates',
      'reward (IPS)',
      'SNIPS',
      'RIPS of a slate',
      'items',
      'worth',
      'largest weight',
    ],
    rows: rows.map(({ surface, policy, slates, value, estimates }) => [
      surface,
      policy,
      String(slates),
      show(value),
      show(estimates?.snips ?? null),
      show(estimates?.rips ?? null),
      estimates === null ? '–' : String(estimates.items),
      estimates === null ? '–' : estimates.effectiveSampleSize.toFixed(1),
      estimates === null ? '–' : estimates.largestWeight.toFixed(2),
    ]),
  };
}
