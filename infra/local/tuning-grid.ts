/** What `npm run tune` tries: declared and committed before any figure on a test file is read. */
import type { ParameterName } from '../../shared/sql/parameters.ts';

export type TuningPoint = Readonly<Partial<Record<ParameterName, number>>>;

export interface Tuning {
  readonly version: string;
  /** Of the validation cuts; figures are means over all cuts of all splits. */
  readonly seeds: readonly number[];
  /** Of each listener's train items, held out for validation. */
  readonly share: number;
  /** Searched one after the other, once: what is best of an axis stays while the next is searched. */
  readonly axes: readonly (readonly TuningPoint[])[];
}

/** What one generator gains another loses. Artists and sound are silent on splits. */
export const TUNING: Tuning = {
  version: 'candidates-2',
  seeds: [1, 2, 3],
  share: 0.2,
  axes: [
    [
      { weight_co_listening: 670, weight_tags: 0 },
      { weight_co_listening: 560, weight_tags: 110 },
      { weight_co_listening: 520, weight_tags: 150 },
      { weight_co_listening: 480, weight_tags: 190 },
    ],
    [{ crowding: 0.4 }, { crowding: 0.5 }, { crowding: 0.6 }, { crowding: 0.7 }],
    [{ near_beta: 0 }, { near_beta: 0.2 }, { near_beta: 0.4 }],
    [{ near_neighbours: 20 }, { near_neighbours: 40 }, { near_neighbours: 80 }],
    [
      { weight_popularity: 0, weight_audio: 160 },
      { weight_popularity: 30, weight_audio: 130 },
      { weight_popularity: 60, weight_audio: 100 },
    ],
    [{ tag_neighbours: 50 }, { tag_neighbours: 100 }],
    [{ tag_fade: 0.25 }, { tag_fade: 0.5 }],
  ],
};
