/** Bigtable: the instance, tables, what each family forgets, and the ways in. */
import * as gcp from '@pulumi/gcp';
import * as pulumi from '@pulumi/pulumi';
import { APP_PROFILES, BIGTABLE_INSTANCE } from '../../shared/schema/cloud.ts';
import { ROW_TABLES, type RowTable } from '../../shared/schema/rows.ts';
import type { SegueConfig } from './config.ts';

/** A rule of Bigtable's garbage collection, in the provider's JSON. */
type GcRules =
  | { readonly rules: readonly [GcRule] }
  | { readonly mode: 'intersection' | 'union'; readonly rules: readonly GcRule[] };
type GcRule = { readonly max_age: string } | { readonly max_version: number };
/** Every family of ROW_TABLES, so that one without a rule does not compile. */
type FamilyRules = {
  readonly [T in RowTable]: { readonly [F in keyof (typeof ROW_TABLES)[T]]: GcRules };
};

/** Builds that stay readable for a rollback (as many as the pointer accepts), whatever their age. */
const KEPT_BUILDS = 3;
/** Cells of younger builds are kept however many there are. */
const BUILD_DAYS = 14;
/** Nothing writes a cell this often: the way to say "never" and still to have a rule. */
const FOREVER: GcRules = { rules: [{ max_version: 2_147_483_647 }] };

const days = (count: number) => `${count * 24}h`;

/** Older than BUILD_DAYS and not among the newest KEPT_BUILDS. */
const BUILDS: GcRules = {
  mode: 'intersection',
  rules: [{ max_age: days(BUILD_DAYS) }, { max_version: KEPT_BUILDS }],
};

/** What each family forgets. */
export function gcRules({ liveDays }: Pick<SegueConfig, 'liveDays'>): FamilyRules {
  return {
    listeners: {
      live: { rules: [{ max_age: days(liveDays) }] },
      // Versions are the history of private sessions, which late events are held against.
      control: FOREVER,
      build: BUILDS,
      // A quarter of weeks to look back on.
      made: { rules: [{ max_age: days(92) }] },
    },
    catalog: { meta: { rules: [{ max_version: 1 }] }, build: BUILDS },
    pools: { build: BUILDS, pointer: { rules: [{ max_version: 10 }] } },
    erasures: { tombstone: FOREVER },
  };
}

export class Rows extends pulumi.ComponentResource {
  readonly instance: gcp.bigtable.Instance;
  readonly tables: ReadonlyMap<RowTable, gcp.bigtable.Table>;

  constructor(name: string, config: SegueConfig, opts?: pulumi.ComponentResourceOptions) {
    super('segue:gcp:Rows', name, {}, opts);
    this.instance = this.#instance(config);
    const tables = Object.keys(ROW_TABLES) as RowTable[];
    this.tables = new Map(tables.map((id) => [id, this.#table(id, config)]));
    this.#profiles(config);
    this.registerOutputs();
  }

  #instance({ project, bigtable, deletionProtection, labels }: SegueConfig): gcp.bigtable.Instance {
    const { minNodes, maxNodes, cpuTarget, storage } = bigtable;
    const nodes =
      minNodes === maxNodes
        ? { numNodes: minNodes }
        : { autoscalingConfig: { minNodes, maxNodes, cpuTarget } };
    return new gcp.bigtable.Instance(
      'rows',
      {
        project,
        name: BIGTABLE_INSTANCE,
        displayName: 'Segue',
        clusters: bigtable.zones.map((zone) => ({
          clusterId: clusterOf(zone),
          zone,
          storageType: storage,
          ...nodes,
        })),
        deletionProtection,
        forceDestroy: !deletionProtection,
        labels,
      },
      { parent: this },
    );
  }

  #table(id: RowTable, config: SegueConfig): gcp.bigtable.Table {
    const { project, bigtable, deletionProtection } = config;
    const families = Object.entries(gcRules(config)[id]) as [string, GcRules][];
    const table = new gcp.bigtable.Table(
      id,
      {
        project,
        instanceName: this.instance.name,
        name: id,
        columnFamilies: families.map(([family]) => ({ family })),
        deletionProtection: deletionProtection ? 'PROTECTED' : 'UNPROTECTED',
        automatedBackupPolicy: {
          frequency: '24h0m0s',
          retentionPeriod: `${bigtable.backupDays * 24}h0m0s`,
        },
      },
      { parent: this },
    );
    const isReplicated = bigtable.zones.length > 1;
    for (const [family, rules] of families)
      new gcp.bigtable.GCPolicy(
        `${id}-${family}`,
        {
          project,
          instanceName: this.instance.name,
          table: table.name,
          columnFamily: family,
          gcRules: JSON.stringify(rules),
          // Replicated clusters refuse to relax or remove a rule without these.
          ...(isReplicated && { ignoreWarnings: true }),
          deletionPolicy: 'ABANDON',
        },
        { parent: table },
      );
    return table;
  }

  #profiles({ project, bigtable }: SegueConfig): void {
    const [first = '', ...others] = bigtable.zones.map(clusterOf);
    const single = (clusterId: string) => ({
      singleClusterRouting: { clusterId, allowTransactionalWrites: true },
    });
    const profile = (appProfileId: string, description: string, rest: Partial<gcp.bigtable.AppProfileArgs>) =>
      new gcp.bigtable.AppProfile(
        appProfileId,
        { project, instance: this.instance.name, appProfileId, description, ignoreWarnings: true, ...rest },
        { parent: this },
      );
    profile(APP_PROFILES.serving, 'Reads of answers, from whichever cluster is near and well', {
      // A row's requests stay in one cluster while that is well, so that who changes a control sees it changed.
      ...(others.length > 0 ? { multiClusterRoutingUseAny: true, rowAffinity: true } : single(first)),
      standardIsolation: { priority: 'PRIORITY_HIGH' },
    });
    profile(APP_PROFILES.writing, 'Live events and erasures: conditional writes, and reads that miss none', {
      ...single(first),
      standardIsolation: { priority: 'PRIORITY_HIGH' },
    });
    // The last cluster, so that where there are two the nightly load is not on the one that takes live writes.
    profile(APP_PROFILES.batch, 'Nightly loads and the publish pointer, behind everything else', {
      ...single(others.at(-1) ?? first),
      standardIsolation: { priority: 'PRIORITY_LOW' },
    });
  }
}

/** `segue-europe-west1-b`. */
export function clusterOf(zone: string): string {
  return `${BIGTABLE_INSTANCE}-${zone}`;
}
