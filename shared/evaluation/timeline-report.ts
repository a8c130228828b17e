/** Evaluations over cuts as text: what each ranker reached at each cut, and how far one is ahead of the rest. */
import type { BootstrapOptions } from './bootstrap.ts';
import { renderRows } from './report.ts';
import { compareEvaluations, type Evaluation, type Measure } from './results.ts';

/** NDCG of every ranker at every cut, one table row per slice and cut. */
export function renderCuts(evaluations: readonly Evaluation[], slices: readonly string[]): string {
  const rankers = [...new Set(evaluations.map(({ ranker }) => ranker))];
  const rows = slices.flatMap((slice) => {
    const ofSlice = evaluations.filter((evaluation) => evaluation.slice === slice);
    return (ofSlice[0]?.judged ?? []).map((judged, place) => [
      slice,
      String(judged),
      ...rankers.map((name) =>
        (ofSlice.find(({ ranker }) => ranker === name)?.values.ndcg[place] ?? Number.NaN).toFixed(4),
      ),
    ]);
  });
  return renderRows(['NDCG', 'cut', ...rankers], rows);
}

const COMPARED: readonly Measure[] = ['ndcg', 'recall'];

/**
 * `ranker − rival` per slice and rival with its interval over the cuts, and the share of resamples in which it is not
 * ahead; slices in which nobody was judged are left out. Throws as compareEvaluations().
 */
export function renderPairs(
  evaluations: readonly Evaluation[],
  ranker: string,
  options: BootstrapOptions,
): string {
  const rows = evaluations
    .filter((own) => own.ranker === ranker && own.listeners > 0)
    .flatMap((own) =>
      evaluations
        .filter((rival) => rival.slice === own.slice && rival.ranker !== ranker)
        .map((rival) => [
          own.slice,
          `${ranker} − ${rival.ranker}`,
          ...COMPARED.flatMap((measure) => {
            const { mean, low, high, shareNotAbove } = compareEvaluations(own, rival, measure, options);
            return [`${mean.toFixed(4)} (${low.toFixed(4)} to ${high.toFixed(4)})`, shareNotAbove.toFixed(3)];
          }),
        ]),
    );
  return renderRows(['slice', 'difference', 'NDCG', 'not ahead', 'Recall', 'not ahead'], rows);
}
