/** What `serve` is made of. */
import type { ApiDeps } from '../../shared/api/app.ts';
import type { RateLimits } from '../../shared/api/rate-limit.ts';
import type { RankingWeights } from '../../shared/domain/ranking.ts';
import type { Topics } from '../../shared/ports/topics.ts';
import type { SnapshotReader } from '../../shared/rows/catalogue-snapshot.ts';
import type { ReadingDeps } from '../../shared/serving/reading.ts';
import type { Deliveries } from './deliveries.ts';
import type { History } from './history.ts';

export interface ServeDeps extends ApiDeps, ReadingDeps {
  readonly topics: Pick<Topics, 'publish'>;
  readonly deliveries: Deliveries;
  readonly history: History;
  readonly weights: RankingWeights;
  /** The catalogue of each build, for search. */
  readonly snapshots: SnapshotReader;
  readonly rateLimits?: RateLimits;
}
