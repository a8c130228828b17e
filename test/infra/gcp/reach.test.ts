import { beforeAll, describe, expect, test } from 'vitest';
import { FUNCTION_NEEDS, isToldOfModel } from '../../../infra/gcp/rules/needs.ts';
import {
  BUILDS_DATASET,
  deadLetterName,
  FIRESTORE_DATABASE,
  WAREHOUSE_DATASET,
} from '../../../shared/schema/cloud.ts';
import type { SubscriptionName } from '../../../shared/schema/topics.ts';
import { exampleSettings } from './examples.ts';
import { evaluate } from './mocks.ts';
import { type Call, callsOfFunctions } from './reach-of-code.ts';

const FUNCTIONS = ['ingest', 'update-signals', 'rebuild', 'serve', 'sessions', 'agent'] as const;

/** What `agent` has of serve and none of its tools asks for (reach-of-tools.test.ts), so that nothing is granted for it. */
const NEVER_ASKED = ['addErasureRoute', 'addExportRoute', 'createHistory', 'openWarehouse'];

/** Methods of RowStore that change rows. collect() is left to Bigtable's own rules, and asks nothing of it. */
const CHANGING = ['write', 'writeIfAbsent', 'compareAndSet', 'deleteRows'];
const READING = ['read', 'readMany', 'scan'];

/** The least roles (IAM: basic and predefined roles reference) that allow the calls, as `role on thing`. */
function rolesFor(calls: readonly Call[]): string[] {
  const roles = new Set<string>();
  const made = (port: string, ...methods: readonly string[]) =>
    calls.filter((call) => call.port === port && methods.includes(call.method));
  const tables = (methods: readonly string[]) =>
    new Set(made('RowStore', ...methods).flatMap(({ first }) => first));
  const changed = tables(CHANGING);
  for (const table of changed) roles.add(`roles/bigtable.user on table ${table}`);
  for (const table of tables(READING))
    if (!changed.has(table)) roles.add(`roles/bigtable.reader on table ${table}`);
  for (const { first } of made('Topics', 'publish'))
    for (const topic of first) roles.add(`roles/pubsub.publisher on topic ${topic}`);
  for (const { first } of made('open', 'openDeadLetters'))
    for (const name of first)
      roles.add(`roles/pubsub.publisher on topic ${deadLetterName(name as SubscriptionName)}`);
  if (made('open', 'openWarehouse').length > 0) roles.add('roles/bigquery.jobUser on project');
  if (made('Warehouse', 'append', 'eraseListener', 'removeSource').length > 0)
    roles.add(`roles/bigquery.dataEditor on dataset ${WAREHOUSE_DATASET}`);
  else if (made('Warehouse', 'query').length > 0)
    roles.add(`roles/bigquery.dataViewer on dataset ${WAREHOUSE_DATASET}`);
  if (made('Warehouse', 'openBuild', 'dropBuild', 'listBuilds').length > 0)
    roles.add(`roles/bigquery.dataEditor on dataset ${BUILDS_DATASET}`);
  if (made('open', 'openDocuments').length > 0)
    roles.add(
      `roles/datastore.user on project where resource.name == "projects/*/databases/${FIRESTORE_DATABASE}"`,
    );
  if (made('open', 'openSettledCutoff').length > 0) roles.add('roles/monitoring.viewer on project');
  return [...roles].sort();
}

describe('what the rules say that a function needs', () => {
  let calls: ReturnType<typeof callsOfFunctions>;
  beforeAll(() => {
    calls = callsOfFunctions(FUNCTIONS, { agent: NEVER_ASKED });
  }, 120_000);

  test.each(FUNCTIONS)('is what the code of %s calls, no more and no less', (name) => {
    const needs = FUNCTION_NEEDS[`segue-${name}`] ?? [];
    expect(needs.map(([role, on]) => `${role} on ${on}`).sort()).toEqual(rolesFor(calls.get(name) ?? []));
  });

  test('is told for every table and topic that is named, so that none is overlooked', () => {
    const unnamed = [...calls].flatMap(([name, all]) =>
      all
        .filter(({ port, first }) => ['RowStore', 'Topics'].includes(port) && first.length === 0)
        .map(({ port, method }) => `${name}: ${port}.${method}`),
    );
    expect(unnamed).toEqual([]);
  });

  test('is a model for those that have a prompt read by one, and are told of it', async () => {
    const asking = FUNCTIONS.filter((name) =>
      calls.get(name)?.some(({ port, method }) => port === 'open' && method === 'openBriefWriters'),
    );
    const { resources } = await evaluate({
      ...exampleSettings('dev'),
      gemini: 'true',
      geminiModel: 'gemini-2.5-flash',
    });
    const told = resources.filter(isToldOfModel).map(({ name }) => name);
    expect(asking.toSorted()).toEqual(told.toSorted());
    expect(told).not.toEqual([]);
  });

  test('names every function there is', () => {
    expect(Object.keys(FUNCTION_NEEDS).sort()).toEqual(FUNCTIONS.map((name) => `segue-${name}`).sort());
  });
});
