/** `serve` in the cloud, for whichever host runs it. */
import '../../shared/api/interpreted-schemas.ts';
import type { Answering } from '../../shared/api/load-later.ts';
import { RANKING_WEIGHTS } from '../../shared/domain/ranking.ts';
import { createEdge } from '../../shared/google/edge.ts';
import { readEnvironment } from '../../shared/google/environment.ts';
import { openRows, openTopics } from '../../shared/google/open.ts';
import type { RowStore } from '../../shared/ports/row-store.ts';
import { createCatalogue } from '../../shared/rows/catalogue.ts';
import { createErasures } from '../../shared/rows/erasures.ts';
import { createListenerReader } from '../../shared/rows/listener-row.ts';
import { readPointer } from '../../shared/rows/pointer.ts';
import { createServeInParts } from './in-parts.ts';

/** Wires `serve` from the environment's variables. Throws PermanentError that lists everything wrong with them. */
export function createCloudServe(variables: Readonly<Record<string, string | undefined>>): Answering {
  const environment = readEnvironment(variables, { tokens: true });
  const edge = createEdge(environment, 'serve');
  const rows = openRows(environment, 'serving');
  connectEarly(rows);
  const playing = {
    ...edge,
    rows,
    topics: openTopics(environment),
    catalogue: createCatalogue(rows, edge.clock.now),
    erasures: createErasures(rows),
    listeners: createListenerReader(rows),
    weights: RANKING_WEIGHTS,
  };
  return createServeInParts(playing, async (limit) =>
    (await import('./cloud-whole.ts')).createWhole(playing, environment, limit),
  );
}

/**
 * Asks for the pointer, which the first answer needs, while the rest of the code is still being read: credentials and
 * connection are there by then. Whether it could be read, who needs it finds out by asking again.
 */
function connectEarly(rows: RowStore): void {
  readPointer(rows).catch(() => undefined);
}
