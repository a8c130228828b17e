/** `agent` in the cloud: the tools with the apps they call in one process, over the same stores. */
import { type ApiApp, createApi } from '../../shared/api/app.ts';
import { RANKING_WEIGHTS } from '../../shared/domain/ranking.ts';
import { createEdge } from '../../shared/google/edge.ts';
import { readEnvironment } from '../../shared/google/environment.ts';
import { openRows, openTopics } from '../../shared/google/open.ts';
import { openBriefWriters } from '../../shared/google/open-brief-writers.ts';
import { openDocuments } from '../../shared/google/open-documents.ts';
import { openWarehouse } from '../../shared/google/open-warehouse.ts';
import { createCatalogue } from '../../shared/rows/catalogue.ts';
import { createSnapshotReader } from '../../shared/rows/catalogue-snapshot.ts';
import { createErasures } from '../../shared/rows/erasures.ts';
import { createListenerReader } from '../../shared/rows/listener-row.ts';
import { createCloudDeliveries } from '../serve/cloud-deliveries.ts';
import { createServe } from '../serve/handler.ts';
import { createHistory } from '../serve/history.ts';
import { createSessions } from '../sessions/handler.ts';
import { createAgent } from './handler.ts';

/**
 * Wires `agent` from the environment's variables. The apps behind it are asked by its tools alone, so what no tool asks
 * for (export, erasure) is out of reach. Throws PermanentError that lists everything wrong with the variables.
 */
export function createCloudAgent(variables: Readonly<Record<string, string | undefined>>): ApiApp {
  const environment = readEnvironment(variables, { tokens: true });
  const edge = createEdge(environment, 'agent');
  const rows = openRows(environment, 'serving');
  const answering = {
    ...edge,
    ...openBriefWriters(environment, edge),
    rows,
    documents: openDocuments(environment),
    topics: openTopics(environment),
    catalogue: createCatalogue(rows, edge.clock.now),
    erasures: createErasures(rows),
    listeners: createListenerReader(rows),
    // One for both apps: a catalogue is held in memory once.
    snapshots: createSnapshotReader(rows),
    weights: RANKING_WEIGHTS,
  };
  const api = createApi(edge);
  const history = createHistory(openWarehouse(environment));
  api.route('/', createServe({ ...answering, deliveries: createCloudDeliveries(), history }));
  api.route('/', createSessions(answering));
  return createAgent({ ...edge, call: async (path, init) => api.request(path, init) });
}
