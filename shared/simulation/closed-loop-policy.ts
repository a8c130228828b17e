/** What serves the listeners of a closed loop: it is told of events and asked for lists, and sees nothing else. */
import type { ListeningEvent } from '../domain/event.ts';

export type ServedSurface = 'discover' | 'weekly' | 'next';
export const SERVED_SURFACES: readonly ServedSurface[] = ['discover', 'weekly', 'next'];

export interface ServeRequest {
  readonly surface: ServedSurface;
  readonly count: number;
  /** Item that was played last; with `next`. */
  readonly seed?: string;
}

export interface LoopPolicy {
  readonly name: string;
  /** Events in the order in which a listener made them; each once, before the next call that concerns the listener. */
  observe(events: readonly ListeningEvent[]): void | Promise<void>;
  /** A week begins at `at` (epoch ms); events received before it may be built upon. */
  refresh(at: number): Promise<void>;
  /** Ids of items, best first, at most `count`. Ids that the catalogue does not have are an error of the policy. */
  serve(listenerId: string, at: number, request: ServeRequest): Promise<readonly string[]>;
  close(): Promise<void>;
}
