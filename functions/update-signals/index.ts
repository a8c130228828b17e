/** `update-signals` in the cloud: what Pub/Sub pushes becomes cells of Bigtable. */
import { http } from '@google-cloud/functions-framework';
import { createEdge } from '../../shared/google/edge.ts';
import { readEnvironment } from '../../shared/google/environment.ts';
import { createFrameworkListener } from '../../shared/google/framework-listener.ts';
import { openDeadLetters, openPushAuthenticator, openRows } from '../../shared/google/open.ts';
import { decodeListen } from '../../shared/google/pubsub-messages.ts';
import { parsePush } from '../../shared/google/push-envelope.ts';
import { createErasures } from '../../shared/rows/erasures.ts';
import { ENTRY_POINTS } from '../../shared/schema/cloud.ts';
import { SUBSCRIPTIONS } from '../../shared/schema/topics.ts';
import { createUpdateSignals } from './handler.ts';
import { createPushApp } from './push-app.ts';

const environment = readEnvironment(process.env, { push: true });
const edge = createEdge(environment, 'update-signals');
const rows = openRows(environment, 'writing');
const handler = createUpdateSignals({ rows, erasures: createErasures(rows), logger: edge.logger });
http(
  ENTRY_POINTS['update-signals'],
  createFrameworkListener(
    createPushApp({
      ...edge,
      authenticatePush: openPushAuthenticator(environment, edge.logger),
      parsePush: (body) => {
        const message = parsePush(body);
        return { ...message, data: decodeListen(message.data) };
      },
      handler,
      publishDead: openDeadLetters(environment, SUBSCRIPTIONS.updateSignals.name),
    }),
  ),
);
