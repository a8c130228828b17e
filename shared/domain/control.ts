/** What a listener decided: controls act on every surface within seconds, and outlive builds. */

import type { Features } from './candidate.ts';
import type { ListeningEvent } from './event.ts';
import { DAY_MS } from './time.ts';

export const CONTROL_KINDS = [
  'dislike',
  'do-not-recommend',
  'snooze-artist',
  'snooze-track',
  'exclude-from-taste',
  'private-session',
  'explicit-filter',
  'adventurousness',
] as const;
export type ControlKind = (typeof CONTROL_KINDS)[number];

export interface Control {
  readonly kind: ControlKind;
  /**
   * Item, recording or artist id; playlist id for exclude-from-taste; a name of the app's for private-session and
   * explicit-filter; for adventurousness how much, `0` (what I know) to `100` (surprise me).
   */
  readonly target: string;
  readonly active: boolean;
  /** Epoch ms from which it no longer holds; null: until it is taken back. */
  readonly until: number | null;
  /** Epoch ms since which it holds; of a private session its beginning, also once it has ended. */
  readonly from: number;
}

/** How long a control holds when its author does not say. */
export const DEFAULT_DURATION_MS: Partial<Record<ControlKind, number>> = {
  'snooze-artist': 30 * DAY_MS,
  'snooze-track': 7 * DAY_MS,
  'private-session': DAY_MS / 4,
};

/** Kinds that keep their target from being recommended. */
const BLOCKING: readonly ControlKind[] = ['dislike', 'do-not-recommend', 'snooze-artist', 'snooze-track'];

/** True while the control holds at `now`. */
export function isInForce(control: Control, now: number): boolean {
  return control.active && (control.until === null || control.until > now);
}

/** The number that a target of adventurousness is; NaN for what is no whole number from 0 to 100. */
export function dialOf(target: string): number {
  return /^(?:100|[1-9]?\d)$/.test(target) ? Number(target) : Number.NaN;
}

export interface Listenable extends Pick<Features, 'itemId' | 'recordingId' | 'artistId' | 'explicit'> {}

/** A listener's controls as of one instant, made to be asked about many candidates. */
export class ControlsInForce {
  readonly #blocked = new Map<string, ControlKind>();
  readonly #excluded = new Set<string>();
  readonly #cleanOnly: boolean;
  /** −1 what is known, 0 as the weights have it, 1 what is not. */
  readonly dial: number;

  constructor(controls: readonly Control[], now: number) {
    const held = controls.filter((control) => isInForce(control, now));
    for (const { kind, target } of held) {
      if (BLOCKING.includes(kind)) this.#blocked.set(target, kind);
      if (kind === 'exclude-from-taste') this.#excluded.add(target);
    }
    this.#cleanOnly = held.some(({ kind }) => kind === 'explicit-filter');
    const dials = held.filter(({ kind }) => kind === 'adventurousness').sort((a, b) => b.from - a.from);
    this.dial = dials[0] === undefined ? 0 : dialOf(dials[0].target) / 50 - 1;
  }

  /** The control that keeps the item from being recommended, undefined where none does. */
  blocking(item: Listenable): ControlKind | undefined {
    if (this.#cleanOnly && item.explicit) return 'explicit-filter';
    if (this.#blocked.size === 0) return undefined;
    return (
      this.#blocked.get(item.itemId) ??
      this.#blocked.get(item.recordingId) ??
      (item.artistId === null ? undefined : this.#blocked.get(item.artistId))
    );
  }

  /** True where the listener keeps the event out of their taste: its item, recording, artist or playlist. */
  excludes(event: Pick<ListeningEvent, 'itemId' | 'recordingId' | 'artistId' | 'context'>): boolean {
    if (this.#excluded.size === 0) return false;
    const { itemId, recordingId, artistId, context } = event;
    return [itemId, recordingId, artistId, context.playlistId].some(
      (target) => target !== undefined && target !== null && this.#excluded.has(target),
    );
  }
}
