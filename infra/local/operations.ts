/** What an operator can ask of an embedded Segue: by command, through the running host or without one. */
import type { Build } from '../../functions/rebuild/builds.ts';
import type { Progress } from '../../functions/rebuild/handler.ts';
import type { DeadLetter } from '../../shared/ports/topics.ts';
import type { Pointer } from '../../shared/rows/pointer.ts';
import type { ImportResult } from './import-histories.ts';

export interface Status {
  readonly version: string;
  readonly directory: string;
  readonly pid: number;
  /** Where it answers HTTP; null when a command has the directory to itself. */
  readonly address: string | null;
  readonly pointer: Pointer | null;
  readonly backlog: Readonly<Record<string, { messages: number; oldestMs: number }>>;
  readonly deadLetters: number;
  readonly community: string;
}

export interface ImportOutcome {
  /** What was removed of the generated community, null when it was not there. */
  readonly removed: { readonly listeners: number; readonly items: number } | null;
  readonly imported: ImportResult;
}

/** Arguments and results are plain data: they travel over the admin socket. */
export interface Operations {
  status(): Promise<Status>;
  rebuild(options: { accept: readonly string[]; publish: boolean }): Promise<Build>;
  publish(options: { buildId: string }): Promise<Pointer>;
  rollback(): Promise<Pointer>;
  builds(): Promise<Build[]>;
  importHistories(options: { paths: readonly string[]; listenerId: string }): Promise<ImportOutcome>;
  issueToken(options: { listenerId: string | null; days: number }): Promise<{ token: string }>;
  deadLetters(options: { limit: number; after: string | null }): Promise<DeadLetter[]>;
  replay(options: { ids: readonly string[] | null }): Promise<{ replayed: number }>;
  discard(options: { ids: readonly string[] }): Promise<{ discarded: number }>;
}

export type OnProgress = (progress: Progress) => void;
