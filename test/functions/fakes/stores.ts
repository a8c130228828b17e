/** The ports in memory, as small as they can be while keeping the contracts the functions rely on. */

import type { ListeningEvent } from '../../../shared/domain/event.ts';
import type { CatalogueItem } from '../../../shared/domain/item.ts';
import type { LogFields, Logger } from '../../../shared/logging/logger.ts';
import type { ItemCatalogue } from '../../../shared/ports/catalogue.ts';
import type { Erasures } from '../../../shared/ports/erasures.ts';
import type { PrivateSession, PrivateSessions } from '../../../shared/ports/private-sessions.ts';
import type { Cell, CellWrite, RowStore } from '../../../shared/ports/row-store.ts';
import type { Message, OutgoingMessage, Topics } from '../../../shared/ports/topics.ts';
import type { Topic } from '../../../shared/schema/topics.ts';

export function fakeErasures(
  entries: Record<string, number> = {},
): Pick<Erasures, 'erasedAt'> & { set: Map<string, number> } {
  const set = new Map(Object.entries(entries));
  return {
    set,
    erasedAt: async (ids) => new Map(ids.flatMap((id) => (set.has(id) ? [[id, set.get(id) as number]] : []))),
  };
}

export function fakeCatalogue(items: readonly CatalogueItem[] = []) {
  const known = new Map(items.map((item) => [item.itemId, item]));
  const learnt: CatalogueItem[] = [];
  const catalogue: ItemCatalogue = {
    get: async (ids) => new Map([...known].filter(([id]) => ids.includes(id))),
    learn: async (more) => {
      learnt.push(...more);
      for (const item of more) known.set(item.itemId, item);
    },
  };
  return { ...catalogue, learnt };
}

export function fakePrivateSessions(
  entries: Record<string, readonly PrivateSession[]> = {},
): PrivateSessions {
  const all = new Map(Object.entries(entries));
  return { of: async (ids) => new Map([...all].filter(([id]) => ids.includes(id))) };
}

export function fakeTopics() {
  const published: { topic: Topic; message: OutgoingMessage }[] = [];
  const failing = { with: undefined as Error | undefined };
  const publish: Topics['publish'] = async (topic, messages) => {
    if (failing.with) throw failing.with;
    published.push(...messages.map((message) => ({ topic, message })));
  };
  return {
    publish,
    published,
    failing,
    events: (): ListeningEvent[] =>
      published.filter(({ topic }) => topic === 'listens').map(({ message }) => JSON.parse(message.data)),
  };
}

const coordinates = ({ key, family, qualifier }: CellWrite) => JSON.stringify([key, family, qualifier]);

/** Rows of which only writes are needed; `cells` holds versions by coordinates, `calls` every store call. */
export function fakeRows() {
  const cells = new Map<string, CellWrite[]>();
  const calls: string[] = [];
  const failing = { with: undefined as Error | undefined };
  const set = (cell: CellWrite) => {
    const versions = (cells.get(coordinates(cell)) ?? []).filter(
      ({ timestamp }) => timestamp !== cell.timestamp,
    );
    cells.set(
      coordinates(cell),
      [...versions, cell].sort((a, b) => b.timestamp - a.timestamp),
    );
  };
  const rows: Pick<RowStore, 'write' | 'writeIfAbsent'> = {
    async write(_table, writes) {
      calls.push('write');
      if (failing.with) throw failing.with;
      for (const cell of writes) set(cell);
    },
    async writeIfAbsent(_table, writes) {
      calls.push('writeIfAbsent');
      if (failing.with) throw failing.with;
      return writes.map((cell): Cell | undefined => {
        const before = cells.get(coordinates(cell))?.[0];
        if (before === undefined) set(cell);
        return before;
      });
    },
  };
  return { ...rows, cells, calls, failing, all: () => [...cells.values()].flat() };
}

export function fakeLogger() {
  const lines: { level: string; fields: LogFields; message: string }[] = [];
  const at = (level: string) => (fields: LogFields, message: string) =>
    void lines.push({ level, fields, message });
  const logger: Logger = {
    debug: at('debug'),
    info: at('info'),
    warn: at('warn'),
    error: at('error'),
    child: () => logger,
  };
  return { logger, lines };
}

export function messageOfData(data: string, orderingKey = 'ann', id = 'm1'): Message {
  return { id, orderingKey, data, publishedAt: 0, attempt: 1 };
}
