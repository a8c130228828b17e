/** What sessions are made of. */
import type { ApiDeps } from '../../shared/api/app.ts';
import type { RateLimits } from '../../shared/api/rate-limit.ts';
import type { BriefWriter } from '../../shared/ports/brief-writer.ts';
import type { DocumentStore } from '../../shared/ports/document-store.ts';
import type { Topics } from '../../shared/ports/topics.ts';
import type { SnapshotReader } from '../../shared/rows/catalogue-snapshot.ts';
import type { ReadingDeps } from '../../shared/serving/reading.ts';
import type { Budgets } from './stages.ts';

export interface SessionDeps extends ApiDeps, ReadingDeps {
  readonly documents: DocumentStore;
  readonly topics: Pick<Topics, 'publish'>;
  readonly snapshots: SnapshotReader;
  /** A model, by the listener whom its use counts for. Without it, and where it fails, prompts are parsed. */
  readonly briefWriters?: { forListener(listenerId: string): BriefWriter };
  readonly rateLimits?: RateLimits;
  readonly budgets?: Budgets;
}
