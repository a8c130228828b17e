/** A warehouse whose stages are told what they make, and whose builds outlive a kill as files would. */
import type { BuildSpace, SqlValue, StageResult, Warehouse } from '../../../shared/ports/warehouse.ts';
import { COVERAGE_SQL, MODEL_SQL, SCORE_HISTOGRAM_SQL } from '../../../shared/sql/audits.ts';
import { STAGES } from '../../../shared/sql/stages.ts';

export type Tables = Readonly<Record<string, readonly Record<string, SqlValue>[]>>;

/** What dies, and when: `run:seeds`, `read:listener_pools`, `query`. */
export interface FakeWarehouse extends Warehouse {
  readonly ran: string[];
  readonly dying: { at: string | undefined };
  tables: Tables;
  violations: number;
}

export function fakeWarehouse(tables: Tables): FakeWarehouse {
  const builds = new Map<string, Map<string, StageResult>>();
  const die = (at: string) => {
    if (warehouse.dying.at === at) throw new Error(`killed at ${at}`);
  };

  function spaceOf(finished: Map<string, StageResult>): BuildSpace {
    return {
      finished: async () => new Map(finished),
      async run({ name }) {
        die(`run:${name}`);
        warehouse.ran.push(name);
        const result = { rows: warehouse.tables[name]?.length ?? 0, ms: 1 };
        finished.set(name, result);
        return result;
      },
      async *read({ name }) {
        die(`read:${name}`);
        for (const row of warehouse.tables[name] ?? []) yield [row];
      },
      async query(sql) {
        die('query');
        if (sql === COVERAGE_SQL) return [{ active: 1, covered: 1 }];
        if (sql === MODEL_SQL) return [{ heard: 0, retained: 0, auc: 0, configured_auc: 0, line: '' }];
        if (sql === SCORE_HISTOGRAM_SQL) return [{ bucket: 0, pairs: 1 }];
        return sql.includes('violations') ? [{ violations: warehouse.violations }] : [];
      },
      close: async () => {},
    };
  }

  const warehouse: FakeWarehouse = {
    tables,
    violations: 0,
    ran: [],
    dying: { at: undefined },
    append: async () => {},
    query: async () => [],
    eraseListener: async () => ({}),
    removeSource: async () => ({ listeners: [], items: [] }),
    async openBuild(buildId) {
      const finished = builds.get(buildId) ?? new Map<string, StageResult>();
      builds.set(buildId, finished);
      return spaceOf(finished);
    },
    listBuilds: async () => [...builds.keys()].sort(),
    dropBuild: async (buildId) => void builds.delete(buildId),
    close: async () => {},
  };
  return warehouse;
}

export const STAGE_NAMES: readonly string[] = STAGES.map(({ name }) => name);
