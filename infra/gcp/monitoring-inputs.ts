/** Promises and alerts as the provider takes them. */
import type { AlertCondition } from './alert.ts';
import type { Indicator } from './slos.ts';

/** An indicator over requests; undefined for one over windows of time. */
export function requestsOf(indicator: Indicator) {
  switch (indicator.kind) {
    case 'ratio':
      return {
        goodTotalRatio: { totalServiceFilter: indicator.total, badServiceFilter: indicator.bad },
      };
    case 'faster':
      return {
        distributionCut: {
          distributionFilter: indicator.distribution,
          range: { min: 0, max: indicator.below },
        },
      };
    case 'mean':
    case 'true':
      return undefined;
  }
}

/** An indicator over windows of time; undefined for one over requests. */
export function windowsOf(indicator: Indicator) {
  switch (indicator.kind) {
    case 'mean':
      return {
        windowPeriod: `${indicator.window}s`,
        metricMeanInRange: { timeSeries: indicator.series, range: { min: 0, max: indicator.below } },
      };
    case 'true':
      return { windowPeriod: `${indicator.window}s`, goodBadMetricFilter: indicator.series };
    case 'ratio':
    case 'faster':
      return undefined;
  }
}

/** A condition of an alert policy. */
export function conditionOf({ name, series, per, alignment, above, seconds }: AlertCondition) {
  const aggregations = alignment === undefined ? [] : [aggregationOf(alignment)];
  return {
    displayName: name,
    conditionThreshold: {
      filter: series,
      ...(per !== undefined && { denominatorFilter: per, denominatorAggregations: aggregations }),
      aggregations,
      comparison: 'COMPARISON_GT',
      thresholdValue: above,
      duration: `${seconds}s`,
      trigger: { count: 1 },
    },
  };
}

function aggregationOf({ period, aligner, reducer, by }: NonNullable<AlertCondition['alignment']>) {
  return {
    alignmentPeriod: `${period}s`,
    perSeriesAligner: aligner,
    ...(reducer !== undefined && { crossSeriesReducer: reducer }),
    ...(by !== undefined && { groupByFields: [...by] }),
  };
}
