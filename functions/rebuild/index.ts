/** `rebuild` in the cloud: BigQuery computes, Bigtable serves, Firestore remembers; a workflow calls the steps. */
import { http } from '@google-cloud/functions-framework';
import { createEdge } from '../../shared/google/edge.ts';
import { readEnvironment } from '../../shared/google/environment.ts';
import { createFrameworkListener } from '../../shared/google/framework-listener.ts';
import { openRows } from '../../shared/google/open.ts';
import { openDocuments } from '../../shared/google/open-documents.ts';
import {
  openBulkLoad,
  openReplication,
  openSettledCutoff,
  openWarehouse,
} from '../../shared/google/open-warehouse.ts';
import { createErasures } from '../../shared/rows/erasures.ts';
import { ENTRY_POINTS } from '../../shared/schema/cloud.ts';
import { DEFAULT_PARAMETERS } from '../../shared/sql/parameters.ts';
import { createRebuildApp } from './app.ts';

const environment = readEnvironment(process.env);
const edge = createEdge(environment, 'rebuild');
const rows = openRows(environment, 'batch');
// Beside the bundle, which is where this runs.
const warehouse = openWarehouse(environment, new URL('./stages/', import.meta.url));
const app = createRebuildApp({
  ...edge,
  rows,
  documents: openDocuments(environment),
  warehouse,
  erasures: createErasures(rows),
  parameters: DEFAULT_PARAMETERS,
  now: edge.clock.now,
  settledCutoff: openSettledCutoff(environment),
  bulk: openBulkLoad(environment, warehouse),
  loadBy: environment.load,
  untilReplicated: openReplication(environment),
});
http(ENTRY_POINTS.rebuild, createFrameworkListener(app));
