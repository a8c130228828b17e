/** How energy moves over a playlist: the course that a sequence is bent towards. */

export const ENERGY_ARCS = ['steady', 'rise', 'fall', 'wave', 'workout', 'wind-down'] as const;
export type EnergyArc = (typeof ENERGY_ARCS)[number];

/**
 * Where an arc wants the energy, as a quantile of the playlist's own energies, 0 to 1, at `place` 0 (first) to 1 (last);
 * null for `steady`, which wants it near its neighbours' and nowhere in particular. A work-out warms up over its first
 * fifth, stays high and cools down over its last sixth; a wind-down falls fast and then lies low; a wave has two crests.
 */
export function arcQuantile(arc: EnergyArc, place: number): number | null {
  switch (arc) {
    case 'steady':
      return null;
    case 'rise':
      return place;
    case 'fall':
      return 1 - place;
    case 'wave':
      return (1 - Math.cos(4 * Math.PI * place)) / 2;
    case 'workout':
      if (place < 0.2) return 0.25 + 2.5 * place;
      return place > 5 / 6 ? 0.75 - 3.6 * (place - 5 / 6) : 0.75;
    case 'wind-down':
      return 0.7 * (1 - place) ** 2;
  }
}
