/** `ingest` in the cloud: Bigtable for what is known, Pub/Sub for what is accepted. */
import { http } from '@google-cloud/functions-framework';
import { createEdge } from '../../shared/google/edge.ts';
import { readEnvironment } from '../../shared/google/environment.ts';
import { createFrameworkListener } from '../../shared/google/framework-listener.ts';
import { openRows, openTopics } from '../../shared/google/open.ts';
import { createCatalogue } from '../../shared/rows/catalogue.ts';
import { createErasures } from '../../shared/rows/erasures.ts';
import { createPrivateSessions } from '../../shared/rows/private-sessions.ts';
import { ENTRY_POINTS } from '../../shared/schema/cloud.ts';
import { createIngest } from './handler.ts';

const environment = readEnvironment(process.env, { tokens: true });
const edge = createEdge(environment, 'ingest');
const rows = openRows(environment, 'writing');
const ingest = createIngest({
  ...edge,
  topics: openTopics(environment),
  catalogue: createCatalogue(rows, edge.clock.now),
  erasures: createErasures(rows),
  privateSessions: createPrivateSessions(rows),
});
http(ENTRY_POINTS.ingest, createFrameworkListener(ingest));
