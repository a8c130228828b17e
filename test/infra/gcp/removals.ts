/** What could be forgotten in the program: each thing that is removed here must be noticed by a rule. */

import { isGrant } from '../../../infra/gcp/rules/access.ts';
import { type Declared, textAt, titleOf } from '../../../infra/gcp/rules/declared.ts';
import { referencesOf } from '../../../infra/gcp/rules/references.ts';
import { breaches, RULES } from '../../../infra/gcp/rules.ts';

export interface Removal {
  /** Of what kind, as `IAM binding`. */
  readonly kind: string;
  readonly what: string;
  readonly left: readonly Declared[];
}

/** `subscription` of `gcp:pubsub/subscription:Subscription`, by the words of those who look for one. */
const KINDS: Readonly<Record<string, string>> = {
  'gcp:artifactregistry/repository:Repository': 'repository',
  'gcp:bigquery/dataset:Dataset': 'dataset',
  'gcp:bigquery/table:Table': 'warehouse table',
  'gcp:bigtable/appProfile:AppProfile': 'app profile',
  'gcp:bigtable/gCPolicy:GCPolicy': 'GC policy',
  'gcp:bigtable/instance:Instance': 'instance',
  'gcp:bigtable/table:Table': 'row table',
  'gcp:cloudfunctionsv2/function:Function': 'function',
  'gcp:cloudrunv2/service:Service': 'function',
  'gcp:cloudscheduler/job:Job': 'schedule',
  'gcp:firestore/database:Database': 'database',
  'gcp:firestore/field:Field': 'expiry',
  'gcp:compute/backendService:BackendService': 'backend',
  'gcp:compute/regionNetworkEndpointGroup:RegionNetworkEndpointGroup': 'endpoint group',
  'gcp:monitoring/uptimeCheckConfig:UptimeCheckConfig': 'uptime check',
  'gcp:projects/service:Service': 'API',
  'gcp:projects/serviceIdentity:ServiceIdentity': 'service agent',
  'gcp:pubsub/schema:Schema': 'schema',
  'gcp:pubsub/subscription:Subscription': 'subscription',
  'gcp:pubsub/topic:Topic': 'topic',
  'gcp:secretmanager/secret:Secret': 'secret',
  'gcp:secretmanager/secretVersion:SecretVersion': 'secret',
  'gcp:serviceaccount/account:Account': 'account',
  'gcp:storage/bucketObject:BucketObject': 'source',
  'gcp:workflows/workflow:Workflow': 'workflow',
};

/** What a resource is, where it is of those whose removal must be noticed. */
function kindOf(resource: Declared): string | undefined {
  if (isGrant(resource)) return 'IAM binding';
  const isDead =
    resource.type === 'gcp:pubsub/subscription:Subscription' && textAt(resource, 'name').endsWith('-dead');
  return isDead ? 'dead-letter subscription' : KINDS[resource.type];
}

/** Every removal of one thing out of a stack. */
export function removalsFrom(resources: readonly Declared[]): Removal[] {
  const named = new Set(resources.flatMap(referencesOf));
  const whole = resources.flatMap((gone) => {
    const kind = kindOf(gone);
    // An account that nothing names is there for another way to load.
    if (kind === undefined || (kind === 'account' && !named.has(`account segue-${gone.name}`))) return [];
    return [{ kind, what: titleOf(gone), left: resources.filter((one) => one !== gone) }];
  });
  return [...whole, ...columnRemovals(resources), ...familyRemovals(resources)];
}

function replaced(
  resources: readonly Declared[],
  old: Declared,
  inputs: Record<string, unknown>,
): Declared[] {
  return resources.map((one) => (one === old ? { ...one, inputs: { ...one.inputs, ...inputs } } : one));
}

function columnRemovals(resources: readonly Declared[]): Removal[] {
  return resources
    .filter(({ type }) => type === 'gcp:bigquery/table:Table')
    .flatMap((table) => {
      const columns = JSON.parse(textAt(table, 'schema')) as readonly { readonly name: string }[];
      return columns.map(({ name }) => ({
        kind: 'table column',
        what: `${table.name}.${name}`,
        left: replaced(resources, table, {
          schema: JSON.stringify(columns.filter((column) => column.name !== name)),
        }),
      }));
    });
}

function familyRemovals(resources: readonly Declared[]): Removal[] {
  return resources
    .filter(({ type }) => type === 'gcp:bigtable/table:Table')
    .flatMap((table) => {
      const families = table.inputs.columnFamilies as readonly { readonly family: string }[];
      return families.map(({ family }) => ({
        kind: 'column family',
        what: `${table.name}.${family}`,
        left: replaced(resources, table, {
          columnFamilies: families.filter((one) => one.family !== family),
        }),
      }));
    });
}

/** The rules that notice a removal: those that the whole stack does not break. */
export function noticedBy({ left }: Removal): string[] {
  return [...new Set(breaches(left).map((breach) => breach.slice(0, breach.indexOf(':'))))];
}

/** Whether any rule notices it; as noticedBy(), and sooner done. */
export function isNoticed({ left }: Removal): boolean {
  return RULES.some(({ check }) => check(left).length > 0);
}
