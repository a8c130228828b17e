/** A closed loop's result as plain tables. */
import { renderRows } from '../../shared/evaluation/report.ts';
import {
  type ClosedLoopResult,
  type Interval,
  ratioOf,
  summarise,
} from '../../shared/simulation/closed-loop-result.ts';

const COMPARED = [
  'retainedDiscoveries',
  'retainedDiscoveries.offered',
  'retainedByChoice',
  'discoveryPlays',
  'skipRate',
  'servedSkipRate',
];

const show = ({ mean, low, high }: Interval) =>
  `${mean.toFixed(3)} (${low.toFixed(3)} to ${high.toFixed(3)})`;

/** One row per measure, one column per policy: means over weeks with 95% intervals over seeds. */
export function renderSummary(result: ClosedLoopResult): string {
  const measures = Object.keys(result.policies[0]?.weeks[0]?.measures ?? {});
  const policies = [...new Set(result.policies.map(({ policy }) => policy))];
  const rows = measures.map((measure) => {
    const intervals = summarise(result, measure);
    return [
      measure,
      '',
      ...policies.map((policy) => {
        const interval = intervals.get(policy);
        return interval === undefined ? '–' : show(interval);
      }),
    ];
  });
  return renderRows(['mean of a week', '', ...policies], rows);
}

/** Every policy over the first one, seed by seed. */
export function renderRatios(result: ClosedLoopResult): string {
  const [rival, ...others] = [...new Set(result.policies.map(({ policy }) => policy))];
  if (rival === undefined || others.length === 0) return 'One policy alone is compared with nothing.';
  const rows = others.map((policy) => [
    policy,
    '',
    ...COMPARED.map((measure) => show(ratioOf(result, policy, rival, measure))),
  ]);
  return renderRows([`over ${rival}`, '', ...COMPARED], rows);
}
