/** What is guarded, how it is broken, and the narrowest tests that must notice. */

export interface Mutation {
  readonly name: string;
  readonly file: string;
  /** Exactly this text, once in the file. */
  readonly find: string;
  readonly replace: string;
  readonly tests: readonly string[];
  /** Only tests whose name has this. */
  readonly named?: string;
}

const BUILDS = 'test/e2e/builds.test.ts';

export const MUTATIONS: readonly Mutation[] = [
  {
    name: 'dedupe off: every arrival of an event counts',
    file: 'shared/sql/stages/repeated_events.sql',
    find: 'WHERE arrival = 1',
    replace: 'WHERE arrival >= 1',
    tests: [BUILDS],
    named: 'has one identity',
  },
  {
    name: 'dedupe off: the arrivals of a repeated event are all kept beside the one that counts',
    file: 'shared/sql/stages/listening.sql',
    find: 'r.event_id IS NULL AND ',
    replace: '',
    tests: [BUILDS],
    named: 'has one identity',
  },
  {
    name: 'signals: a repeat overwrites what the row holds',
    file: 'functions/update-signals/handler.ts',
    find: "const before = await rows.writeIfAbsent('listeners', cells);",
    replace:
      "await rows.write('listeners', cells);\n    const before: undefined[] = cells.map(() => undefined);",
    tests: ['test/functions/update-signals/handler.test.ts'],
  },
  {
    name: 'signals: a store that is down kills messages',
    file: 'functions/update-signals/handler.ts',
    find: 'if (error instanceof TransientError) throw error;',
    replace: '',
    tests: ['test/functions/update-signals/handler.test.ts'],
  },
  {
    name: 'pointer not atomic: compare-and-set does not compare',
    file: 'shared/embedded/lmdb-rows.ts',
    find: 'if (newestOf(families, cell)?.value !== expected) return false;',
    replace: 'if (expected === null) return false;',
    tests: ['test/contract/embedded-rows.contract.test.ts'],
  },
  {
    name: 'pointer not atomic: a build is published before it is loaded',
    file: 'functions/rebuild/handler.ts',
    find: "    if (build.status === 'audited') build = await loadCells(deps, space, build);",
    replace:
      "    if (build.status === 'audited') await publish(deps, (await saveBuild(deps.documents, { ...build, status: 'loaded' })).id);\n" +
      "    if (build.status === 'audited') build = await loadCells(deps, space, build);",
    tests: [BUILDS],
    named: 'is taken up where it stopped',
  },
  {
    name: 'readers take a build that was rolled back',
    file: 'shared/rows/pointer.ts',
    find: 'return pointer.accepted.filter((build) => build <= pointer.active).sort((a, b) => b - a);',
    replace: 'return [...pointer.accepted].sort((a, b) => a - b);',
    tests: [BUILDS],
    named: 'by a rollback',
  },
  {
    name: 'bloom: one bit of each id is lost in the filter itself',
    file: 'shared/domain/bloom.ts',
    find: 'for (let i = 0; i < size.k; i++) {',
    replace: 'for (let i = 1; i < size.k; i++) {',
    tests: ['test/domain/bloom.test.ts'],
  },
  {
    name: 'bloom: one bit of each id is lost in the SQL',
    file: 'shared/sql/stages/heard_filters.sql',
    find: 'GENERATE_ARRAY(0, s.hashes - 1)',
    replace: 'GENERATE_ARRAY(1, s.hashes - 1)',
    tests: [BUILDS],
    named: 'has one identity',
  },
  {
    name: 'boundary: the domain imports a store',
    file: 'shared/domain/affinity.ts',
    find: 'import ',
    replace: "import '../embedded/lmdb-rows.ts';\nimport ",
    tests: ['test/infra/boundaries.test.ts'],
  },
  {
    name: 'boundary: a function imports the host',
    file: 'shared/serving/recommend.ts',
    find: 'import ',
    replace: "import type { Host as _ } from '../../infra/local/host.ts';\nimport ",
    tests: ['test/infra/boundaries.test.ts'],
  },
  {
    name: 'unstable sort: equal scores of a pool in any order',
    file: 'shared/sql/stages/listener_pools.sql',
    find: 'ORDER BY score DESC, tid) AS place',
    replace: 'ORDER BY score DESC) AS place',
    tests: [BUILDS],
    named: 'has one identity',
  },
  {
    name: 'unstable sort: equal scores of neighbours in any order',
    file: 'shared/embedded/kernels/best.ts',
    find: '(score === other && id > (this.#ids[at] ?? 0))',
    replace: 'score === other',
    tests: [BUILDS],
    named: 'has one identity',
  },
  {
    name: 'unstable sort: equal ranks as they came',
    file: 'shared/domain/ranking.ts',
    find: ' || (a.candidate.itemId < b.candidate.itemId ? -1 : 1)',
    replace: '',
    tests: ['test/domain', 'test/functions/serve'],
  },
  {
    name: 'heard filter not applied when serving',
    file: 'shared/serving/recommend.ts',
    find: "(freshness === 'unheard' ? !hasHeard(view, candidate) :",
    replace: "(freshness === 'unheard' ? true :",
    tests: ['test/e2e/start.test.ts'],
  },
  {
    name: 'heard filter applied without what was heard since the build',
    file: 'shared/serving/recommend.ts',
    find: '    signals.heard.has(recordingId) ||\n    signals.heard.has(itemId) ||\n',
    replace: '',
    tests: ['test/functions/serve/discover-weekly.test.ts'],
  },
  {
    name: 'audit ignored',
    file: 'functions/rebuild/handler.ts',
    find: "status: passed ? 'audited' : 'rejected'",
    replace: "status: 'audited'",
    tests: [BUILDS],
    named: 'coverage',
  },
  {
    name: 'audit waived by anything',
    file: 'functions/rebuild/audit.ts',
    find: 'return !result.passed && named ?',
    replace: 'return !result.passed && (named || accept.size > 0) ?',
    tests: [BUILDS],
    named: 'waives the audit by its name',
  },
  {
    name: 'acknowledged before it is durable: ingest does not wait',
    file: 'functions/ingest/accept.ts',
    find: '    await published;',
    replace: '    published.catch(() => undefined);',
    tests: ['test/functions/ingest/events.test.ts'],
  },
  {
    name: 'acknowledged before it is durable: the topic does not wait',
    file: 'shared/embedded/lmdb-topics.ts',
    find: 'await this.#track(topic, ',
    replace: 'void this.#track(topic, ',
    tests: [
      'test/contract/embedded-topics.contract.test.ts',
      'test/contract/embedded-faults.contract.test.ts',
    ],
  },
  {
    name: 'an outage of the warehouse kills messages',
    file: 'infra/local/sinks.ts',
    find: 'if (error instanceof TransientError) throw error;',
    replace: '',
    tests: ['test/infra/sinks.test.ts'],
  },
  {
    name: 'a killed build starts from nothing and forgets its cut-off',
    file: 'functions/rebuild/handler.ts',
    find: 'unfinished !== undefined &&',
    replace: 'unfinished !== undefined && deps.now() < 0 &&',
    tests: [BUILDS],
    named: 'again and again',
  },
  {
    name: 'operations of a running host cannot be awaited',
    file: 'infra/local/admin-socket.ts',
    find: "typeof method === 'symbol' || method === 'then'",
    replace: "typeof method === 'symbol'",
    tests: ['test/infra/admin-socket.test.ts'],
  },
];
