/** What `serve` is made of. */
import type { ApiDeps } from '../../shared/api/app.ts';
import type { RateLimits } from '../../shared/api/rate-limit.ts';
import type { RankingWeights } from '../../shared/domain/ranking.ts';
import type { Topics } from '../../shared/ports/topics.ts';
import type { SnapshotReader } from '../../shared/rows/catalogue-snapshot.ts';
import type { ReadingDeps } from '../../shared/serving/reading.ts';
import type { Deliveries } from './deliveries.ts';
import type { History } from './history.ts';

/** What the part that says what plays is made of. */
export interface PlayingDeps extends ApiDeps, ReadingDeps {
  readonly topics: Pick<Topics, 'publish'>;
  readonly weights: RankingWeights;
  readonly rateLimits?: RateLimits;
}

/** What the other routes ask for besides. */
export interface RestDeps {
  readonly deliveries: Deliveries;
  readonly history: History;
  /** The catalogue of each build, for search. */
  readonly snapshots: SnapshotReader;
}

export interface ServeDeps extends PlayingDeps, RestDeps {}
