/** What an alert is made of. */
import type { BurnWindow } from './slos.ts';

export type Severity = BurnWindow['severity'];

/** How points of a series become one a period, and how series become one. */
export interface Alignment {
  /** Seconds. */
  readonly period: number;
  readonly aligner: 'ALIGN_DELTA' | 'ALIGN_MAX' | 'ALIGN_MEAN' | 'ALIGN_NEXT_OLDER' | 'ALIGN_RATE';
  readonly reducer?: 'REDUCE_SUM' | 'REDUCE_MAX' | 'REDUCE_COUNT_FALSE';
  readonly by?: readonly string[];
}

/** Fires when the series (over that of `per`, where given) is above the threshold for as long as `seconds`. */
export interface AlertCondition {
  readonly name: string;
  readonly series: string;
  readonly per?: string;
  readonly alignment?: Alignment;
  readonly above: number;
  readonly seconds: number;
}

export interface Alert {
  readonly id: string;
  readonly name: string;
  readonly severity: Severity;
  readonly combiner: 'OR' | 'AND' | 'AND_WITH_MATCHING_RESOURCE';
  readonly conditions: readonly AlertCondition[];
  /** What it means and the first commands, in Markdown. */
  readonly text: string;
}

/** Seconds. */
export const MINUTE = 60;
export const HOUR = 3600;
