import { describe, expect, test } from 'vitest';
import type { Declared } from '../../../infra/gcp/rules/declared.ts';
import { breaches } from '../../../infra/gcp/rules.ts';
import { resourcesOf, SIZES } from './examples.ts';
import { isNoticed, removalsFrom } from './removals.ts';

/** The stack with one resource's inputs changed. */
function changed(
  resources: readonly Declared[],
  isOne: (resource: Declared) => boolean,
  inputs: Record<string, unknown>,
): Declared[] {
  let found = false;
  const result = resources.map((one) => {
    if (found || !isOne(one)) return one;
    found = true;
    return { ...one, inputs: { ...one.inputs, ...inputs } };
  });
  if (!found) throw new Error('There is nothing to change.');
  return result;
}

describe.each(SIZES)('%s', (size) => {
  test('breaks no rule', async () => {
    expect(breaches(await resourcesOf(size))).toEqual([]);
  });

  test('each API, grant, dead-letter subscription, GC policy, table, column and family that is removed is noticed', async () => {
    const removals = removalsFrom(await resourcesOf(size));
    expect(removals.length).toBeGreaterThan(150);
    expect(removals.filter((removal) => !isNoticed(removal)).map(({ what }) => what)).toEqual([]);
  });
});

describe('rules notice', () => {
  const type = (name: string) => (resource: Declared) => resource.type === `gcp:${name}`;
  const named = (kind: string, name: string) => (resource: Declared) =>
    resource.type === `gcp:${kind}` && resource.name === name;
  const SUBSCRIPTION = 'pubsub/subscription:Subscription';

  test.each<[string, (resource: Declared) => boolean, Record<string, unknown>, string]>([
    ['a primitive role', type('projects/iAMMember:IAMMember'), { role: 'roles/editor' }, 'narrow-roles'],
    [
      'everybody at another door',
      named('cloudrunv2/serviceIamMember:ServiceIamMember', 'rebuild-workflow'),
      { member: 'allUsers' },
      'public-doors',
    ],
    [
      'anybody with a Google account',
      type('cloudrunv2/serviceIamMember:ServiceIamMember'),
      { member: 'allAuthenticatedUsers' },
      'public-doors',
    ],
    [
      'a push without a token',
      named(SUBSCRIPTION, 'update-signals'),
      { pushConfig: { pushEndpoint: 'https://x' } },
      'proven-pushes',
    ],
    [
      'a subscription without dead letters',
      named(SUBSCRIPTION, 'listens-to-warehouse'),
      { deadLetterPolicy: undefined },
      'dead-letters',
    ],
    [
      'a subscription that expires',
      named(SUBSCRIPTION, 'update-signals-dead'),
      { expirationPolicy: { ttl: '86400s' } },
      'lasting-subscriptions',
    ],
    [
      'a bucket that can be public',
      type('storage/bucket:Bucket'),
      { publicAccessPrevention: 'inherited' },
      'closed-buckets',
    ],
    ['what lacks labels', type('pubsub/topic:Topic'), { labels: {} }, 'labelled'],
    [
      'a column of another type',
      named('bigquery/table:Table', 'listens'),
      { schema: '[]' },
      'warehouse-tables',
    ],
    [
      'a reader that writes',
      named('bigtable/tableIamMember:TableIamMember', 'serve-reader-on-table-pools'),
      { role: 'roles/bigtable.user' },
      'reaches',
    ],
    [
      'builds that are kept for ever',
      named('bigquery/dataset:Dataset', 'builds'),
      { defaultTableExpirationMs: undefined },
      'expiring-builds',
    ],
    [
      'a private session that is forgotten',
      named('bigtable/gCPolicy:GCPolicy', 'listeners-control'),
      { gcRules: '{"rules":[{"max_age":"720h"}]}' },
      'kept-cells',
    ],
    [
      'builds that a rollback no longer finds',
      named('bigtable/gCPolicy:GCPolicy', 'pools-build'),
      { gcRules: '{"mode":"union","rules":[{"max_age":"336h"},{"max_version":3}]}' },
      'kept-cells',
    ],
    [
      'live events that stay for ever',
      named('bigtable/gCPolicy:GCPolicy', 'listeners-live'),
      { gcRules: '{"rules":[{"max_version":1}]}' },
      'kept-cells',
    ],
    [
      'data in the hands of somebody from outside',
      named('bigquery/datasetIamMember:DatasetIamMember', 'rebuild-dataEditor-on-dataset-warehouse'),
      { member: 'user:somebody@example.com' },
      'strangers',
    ],
    [
      'a service agent that does more than deliver',
      named('pubsub/topicIAMMember:TopicIAMMember', 'agent-publishes-update-signals-dead'),
      { topic: 'listens' },
      'strangers',
    ],
    [
      'documents of every database',
      named('projects/iAMMember:IAMMember', 'rebuild-user-on-project-segue-s-database-only'),
      { condition: undefined },
      'reaches',
    ],
    [
      'sources of everything',
      named('projects/iAMMember:IAMMember', 'build-objectViewer-on-project-sources-of-functions-only'),
      { condition: { title: 'all', expression: 'true' } },
      'reaches',
    ],
    [
      'an account of nobody',
      named('bigtable/tableIamMember:TableIamMember', 'serve-reader-on-table-pools'),
      { member: 'serviceAccount:segue-other@my-project.iam.gserviceaccount.com' },
      'reaches',
    ],
    [
      'a role that administers',
      type('projects/iAMMember:IAMMember'),
      { role: 'roles/bigtable.admin' },
      'narrow-roles',
    ],
    [
      'a push to somebody else',
      named(SUBSCRIPTION, 'update-signals'),
      {
        pushConfig: {
          pushEndpoint: 'https://elsewhere.example.com',
          oidcToken: {
            serviceAccountEmail: 'segue-invoker@my-project.iam.gserviceaccount.com',
            audience: 'https://segue-update-signals-123456789012.europe-west1.run.app',
          },
        },
      },
      'pushed-to',
    ],
    [
      'a door for some only',
      named('cloudrunv2/serviceIamMember:ServiceIamMember', 'serve-caller-0'),
      { member: 'group:apps@example.com' },
      'callers',
    ],
    [
      'a function that starts something else',
      named('cloudfunctionsv2/function:Function', 'update-signals'),
      { buildConfig: { runtime: 'nodejs24', entryPoint: 'update-signals', serviceAccount: 'x' } },
      'deployed-functions',
    ],
    [
      'sessions that stay for ever',
      type('firestore/field:Field'),
      { ttlConfig: undefined },
      'expiring-documents',
    ],
    [
      'a night that nobody starts',
      type('cloudscheduler/job:Job'),
      { httpTarget: { uri: 'https://workflowexecutions.googleapis.com/v1/elsewhere' } },
      'started-nightly',
    ],
    [
      'a table that is nowhere',
      named('bigquery/table:Table', 'listens'),
      { datasetId: 'elsewhere' },
      'references',
    ],
    [
      'a key as a plain variable',
      named('cloudfunctionsv2/function:Function', 'ingest'),
      {
        serviceConfig: { environmentVariables: { SEGUE_KEYS: '[]' }, serviceAccountEmail: 'segue-ingest@x' },
      },
      'hidden-secrets',
    ],
    [
      'two functions of one account',
      named('cloudfunctionsv2/function:Function', 'ingest'),
      { serviceConfig: { serviceAccountEmail: 'segue-rebuild@my-project.iam.gserviceaccount.com' } },
      'own-accounts',
    ],
    [
      'an API that is turned off with the stack',
      type('projects/service:Service'),
      { disableOnDestroy: true },
      'enabled-apis',
    ],
    [
      'a runtime that is not ours',
      type('cloudfunctionsv2/function:Function'),
      { buildConfig: { runtime: 'nodejs18', serviceAccount: 'x' } },
      'supported-runtime',
    ],
    [
      'rows that anybody may delete by mistake',
      type('bigtable/instance:Instance'),
      { deletionProtection: false },
      'protected-data',
    ],
    [
      'a profile that cannot decide',
      named('bigtable/appProfile:AppProfile', 'writing'),
      { singleClusterRouting: undefined, multiClusterRoutingUseAny: true },
      'ways-in',
    ],
  ])('%s', async (_, isOne, inputs, rule) => {
    const noticed = breaches(changed(await resourcesOf('team'), isOne, inputs));
    expect(noticed.map((breach) => breach.slice(0, breach.indexOf(':')))).toContain(rule);
  });
});

test('a binding that replaces other grants, and one made twice, are noticed', async () => {
  const resources = await resourcesOf('dev');
  const grant = resources.find(({ type }) => type === 'gcp:projects/iAMMember:IAMMember');
  if (grant === undefined) throw new Error('Nothing is granted on the project.');
  const binding = { ...grant, type: 'gcp:projects/iAMBinding:IAMBinding' };
  expect(breaches([...resources, binding]).join('\n')).toContain('narrow-roles: projects.IAMBinding');
  const again = { ...grant, name: 'again' };
  expect(breaches([...resources, again])).toEqual([
    `granted-once: projects.IAMMember again grants the same as projects.IAMMember ${grant.name}.`,
  ]);
});

test('a key as a plain variable of the plain host is noticed too', async () => {
  const broken = changed(
    await resourcesOf('internet'),
    ({ type }) => type === 'gcp:cloudrunv2/service:Service',
    { template: { serviceAccount: 'x', containers: [{ envs: [{ name: 'SEGUE_KEYS', value: '[]' }] }] } },
  );
  expect(breaches(broken).join('\n')).toContain(
    'hidden-secrets: cloudrunv2.Service serve-host has SEGUE_KEYS',
  );
});

test('the engine’s own words for what was declared break no rule', async () => {
  // BigQuery tells types by their older names; what is not set comes as null.
  const told = (await resourcesOf('team')).map(({ type, name, inputs }) => ({
    type,
    name,
    inputs: {
      pushConfig: null,
      bigqueryConfig: null,
      ...inputs,
      ...(type === 'gcp:bigquery/table:Table' && {
        schema: String(inputs.schema)
          .replaceAll('"INT64"', '"INTEGER"')
          .replaceAll('"FLOAT64"', '"FLOAT"')
          .replaceAll('"BOOL"', '"BOOLEAN"')
          .replaceAll(',"mode":"NULLABLE"', ''),
      }),
    },
  }));
  expect(breaches(told)).toEqual([]);
});
