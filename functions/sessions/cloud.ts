/** `sessions` in the cloud, for whichever host runs it. */
import type { ApiApp } from '../../shared/api/app.ts';
import { RANKING_WEIGHTS } from '../../shared/domain/ranking.ts';
import { createEdge } from '../../shared/google/edge.ts';
import { readEnvironment } from '../../shared/google/environment.ts';
import { openRows, openTopics } from '../../shared/google/open.ts';
import { openBriefWriters } from '../../shared/google/open-brief-writers.ts';
import { openDocuments } from '../../shared/google/open-documents.ts';
import { createCatalogue } from '../../shared/rows/catalogue.ts';
import { createSnapshotReader } from '../../shared/rows/catalogue-snapshot.ts';
import { createErasures } from '../../shared/rows/erasures.ts';
import { createListenerReader } from '../../shared/rows/listener-row.ts';
import { createSessions } from './handler.ts';

/** Wires `sessions` from the environment's variables. Throws PermanentError that lists everything wrong with them. */
export function createCloudSessions(variables: Readonly<Record<string, string | undefined>>): ApiApp {
  const environment = readEnvironment(variables, { tokens: true });
  const edge = createEdge(environment, 'sessions');
  const rows = openRows(environment, 'serving');
  return createSessions({
    ...edge,
    ...openBriefWriters(environment, edge),
    rows,
    documents: openDocuments(environment),
    topics: openTopics(environment),
    catalogue: createCatalogue(rows, edge.clock.now),
    erasures: createErasures(rows),
    listeners: createListenerReader(rows),
    snapshots: createSnapshotReader(rows),
    weights: RANKING_WEIGHTS,
  });
}
