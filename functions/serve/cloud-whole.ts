/** All of `serve` in the cloud, which a cold start does not wait for. */
import '../../shared/api/interpreted-schemas.ts';
import type { MiddlewareHandler } from 'hono';
import type { ApiApp, ApiEnv } from '../../shared/api/app.ts';
import type { FunctionEnvironment } from '../../shared/google/environment.ts';
import { openWarehouse } from '../../shared/google/open-warehouse.ts';
import { createSnapshotReader } from '../../shared/rows/catalogue-snapshot.ts';
import { createCloudDeliveries } from './cloud-deliveries.ts';
import type { PlayingDeps, RestDeps } from './deps.ts';
import { createServe } from './handler.ts';
import { createHistory } from './history.ts';

/** createServe() over what plays already has, and what the other routes ask for; `limit` counts both parts' requests. */
export function createWhole(
  playing: PlayingDeps,
  environment: FunctionEnvironment,
  limit: MiddlewareHandler<ApiEnv>,
): ApiApp {
  const rest: RestDeps = {
    deliveries: createCloudDeliveries(),
    history: createHistory(openWarehouse(environment)),
    snapshots: createSnapshotReader(playing.rows),
  };
  return createServe({ ...playing, ...rest }, limit);
}
