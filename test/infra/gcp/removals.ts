/** What could be forgotten in the program: each thing that is removed here must be noticed by a rule. */

import { isGrant } from '../../../infra/gcp/rules/access.ts';
import { type Declared, textAt, titleOf } from '../../../infra/gcp/rules/declared.ts';
import { breaches } from '../../../infra/gcp/rules.ts';

export interface Removal {
  readonly what: string;
  readonly left: readonly Declared[];
}

const KINDS: readonly (readonly [kind: string, isOne: (resource: Declared) => boolean])[] = [
  ['API', ({ type }) => type === 'gcp:projects/service:Service'],
  ['IAM binding', isGrant],
  [
    'dead-letter subscription',
    (resource) =>
      resource.type === 'gcp:pubsub/subscription:Subscription' && textAt(resource, 'name').endsWith('-dead'),
  ],
  ['GC policy', ({ type }) => type === 'gcp:bigtable/gCPolicy:GCPolicy'],
  ['topic', ({ type }) => type === 'gcp:pubsub/topic:Topic'],
  ['subscription', ({ type }) => type === 'gcp:pubsub/subscription:Subscription'],
  ['row table', ({ type }) => type === 'gcp:bigtable/table:Table'],
  ['app profile', ({ type }) => type === 'gcp:bigtable/appProfile:AppProfile'],
  ['warehouse table', ({ type }) => type === 'gcp:bigquery/table:Table'],
];

/** Every removal of one thing out of a stack. */
export function removalsFrom(resources: readonly Declared[]): Removal[] {
  const whole = KINDS.flatMap(([kind, isOne]) =>
    resources.filter(isOne).map((gone) => ({
      what: `${kind}: ${titleOf(gone)}`,
      left: resources.filter((one) => one !== gone),
    })),
  );
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
        what: `table column: ${table.name}.${name}`,
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
        what: `column family: ${table.name}.${family}`,
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
