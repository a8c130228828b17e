/** `serve` in the cloud, for whichever host runs it. */
import type { ApiApp } from '../../shared/api/app.ts';
import { RANKING_WEIGHTS } from '../../shared/domain/ranking.ts';
import { createEdge } from '../../shared/google/edge.ts';
import { readEnvironment } from '../../shared/google/environment.ts';
import { openRows, openTopics, openWarehouse } from '../../shared/google/open.ts';
import { createCatalogue } from '../../shared/rows/catalogue.ts';
import { createSnapshotReader } from '../../shared/rows/catalogue-snapshot.ts';
import { createErasures } from '../../shared/rows/erasures.ts';
import { createListenerReader } from '../../shared/rows/listener-row.ts';
import { createCloudDeliveries } from './cloud-deliveries.ts';
import { createServe } from './handler.ts';
import { createHistory } from './history.ts';

/** Wires `serve` from the environment's variables. Throws PermanentError that lists everything wrong with them. */
export function createCloudServe(variables: Readonly<Record<string, string | undefined>>): ApiApp {
  const environment = readEnvironment(variables, { tokens: true });
  const edge = createEdge(environment, 'serve');
  const rows = openRows(environment, 'serving');
  return createServe({
    ...edge,
    rows,
    topics: openTopics(environment),
    deliveries: createCloudDeliveries(),
    catalogue: createCatalogue(rows, edge.clock.now),
    erasures: createErasures(rows),
    listeners: createListenerReader(rows),
    history: createHistory(openWarehouse(environment)),
    weights: RANKING_WEIGHTS,
    snapshots: createSnapshotReader(rows),
  });
}
