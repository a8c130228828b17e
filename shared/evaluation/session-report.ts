/** Next-track figures as a table for people and as rows for machines. */
import type { Estimate } from './bootstrap.ts';
import { renderRows } from './report.ts';
import type { compareSessions, NextTrackEvaluation } from './session-evaluation.ts';
import type { TuningStep } from './session-tuning.ts';

/** How the first ranker compares with another over the same sessions: its figures minus the other's. */
export type SessionDifference = ReturnType<typeof compareSessions> & { readonly ranker: string };

/** One row a ranker with its means and 95% intervals; beside the others, the first one's lead over them. */
export function renderSessions(
  evaluations: readonly NextTrackEvaluation[],
  differences: readonly SessionDifference[],
): string {
  const [first] = evaluations;
  if (first === undefined) return '';
  const { ranker, k, sessions, prefixes } = first;
  const leads = new Map(differences.map((difference) => [difference.ranker, difference]));
  const rows = evaluations.map((evaluation) => {
    const lead = leads.get(evaluation.ranker);
    return [
      evaluation.ranker,
      renderEstimate(evaluation.hitRate),
      renderEstimate(evaluation.mrr),
      lead === undefined ? '' : renderEstimate(lead.hitRate),
      lead === undefined ? '' : renderEstimate(lead.mrr),
    ];
  });
  const head = ['ranker', `P@${k}`, `MRR@${k}`, `${ranker} ahead by, P@${k}`, `MRR@${k}`];
  return `${sessions} sessions, ${prefixes} prefixes; tracks that train does not know count as missed.\n${renderRows(head, rows)}`;
}

/** Without the values behind the means, ready for JSON.stringify. */
export function toSessionRows(
  evaluations: readonly NextTrackEvaluation[],
  differences: readonly SessionDifference[],
) {
  return {
    rankers: evaluations.map(({ values: _, ...row }) => row),
    differences: differences.map(({ ranker, hitRate, mrr }) => ({ ranker, hitRate, mrr })),
  };
}

export interface FittedStep extends TuningStep {
  /** Of the validation sessions judged, at 20. */
  readonly hitRate: number;
  readonly mrr: number;
}

/** One line: figures, then what the step changed and the weights it led to. */
export function renderFittedStep({ hitRate, mrr, changed, weights }: FittedStep): string {
  const what = changed === null ? 'start' : `${changed.name} → ${changed.to}`;
  return `P@20 ${hitRate.toFixed(4)}  MRR@20 ${mrr.toFixed(4)}  ${what}  ${JSON.stringify(weights)}`;
}

function renderEstimate({ mean, low, high }: Estimate): string {
  return `${mean.toFixed(4)} (${low.toFixed(4)} to ${high.toFixed(4)})`;
}
