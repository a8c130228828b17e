/** What stands around it: small fixed things, logs, and the way to the internet. */
import type { Inputs, Sheet } from './sheet.ts';
import { HOURS_PER_MONTH, SECONDS_PER_MONTH, toGib } from './volumes.ts';

const MILLION = 1e6;
/** Fixed by what infra/gcp declares; each costs next to nothing. */
const FIXED = {
  workflowStepsPerNight: 31 * 20,
  documentsPerNight: 31 * 6,
  schedulerJobs: 2,
  documentsGib: 0.01,
  images: 6 * 10 * 0.15,
  sources: 1,
  secretVersions: 1,
  metricsMib: 20,
  // Three doors every minute, the build every five, each from six places.
  uptimeRunsPerMinute: 6 * 3.2,
  alertConditions: 69,
  armorRules: 5,
} as const;
const TIER_GIB = [1024, 9 * 1024] as const;

/** Everything that costs little, and logs, which do not. */
export function addRest(sheet: Sheet, { volumes }: Inputs): void {
  const builds = volumes.history > 0 ? volumes.buildsPerMonth : 0;
  const { documents } = volumes;
  const nightly = FIXED.documentsPerNight * builds;
  const perHundredThousand = (count: number) => (nightly + count) / 100_000;
  const words = 'turns × documents, and records of builds';
  sheet.add('Firestore', 'reads', 'firestoreReads', perHundredThousand(documents.reads), words);
  sheet.add('Firestore', 'writes', 'firestoreWrites', perHundredThousand(documents.writes), words);
  sheet.add(
    'Firestore',
    'documents',
    'firestoreStorage',
    FIXED.documentsGib + toGib(documents.bytes),
    'sessions of 30 days and their versions of a week',
  );
  sheet.add(
    'Workflows',
    'steps',
    'workflowSteps',
    (FIXED.workflowStepsPerNight * builds) / 1000,
    'stages × calls and polls × builds',
  );
  sheet.add('Cloud Scheduler', 'jobs', 'schedulerJobs', FIXED.schedulerJobs, 'fixed');
  sheet.add('Cloud Storage', 'sources and staging', 'bucketStorage', FIXED.sources, 'fixed');
  sheet.add(
    'Artifact Registry',
    'images',
    'imageStorage',
    FIXED.images,
    '6 functions × 10 versions × .15 GiB',
  );
  sheet.add('Secret Manager', 'signing keys', 'secretVersions', FIXED.secretVersions, 'fixed');
  sheet.add(
    'Logging',
    'lines of requests',
    'logs',
    toGib(volumes.logged),
    'requests of all functions × two lines',
  );
  sheet.add('Monitoring', 'metrics out of logs', 'metrics', FIXED.metricsMib, 'fixed');
  sheet.add(
    'Monitoring',
    'uptime checks',
    'uptimeChecks',
    (FIXED.uptimeRunsPerMinute * 60 * HOURS_PER_MONTH) / 1000,
    'three every minute and one every five, from 6 places',
  );
  sheet.add('Monitoring', 'alerts', 'alertConditions', FIXED.alertConditions, 'fixed');
}

/** What a model reads and writes, where one reads prompts. */
export function addModel(sheet: Sheet, { deployment, volumes, measurements: m }: Inputs): void {
  if (!deployment.hasModel) return;
  const million = (tokens: number) => (volumes.prompts * tokens) / MILLION;
  const words = 'turns × prompts a turn × tokens';
  sheet.add('Vertex AI', 'prompts', 'modelInput', million(m.promptTokens.value), words);
  sheet.add('Vertex AI', 'briefs', 'modelOutput', million(m.answerTokens.value), words);
}

/** Bytes to the internet; with a domain the load balancer and Cloud Armor before it. */
export function addEdge(sheet: Sheet, { deployment, volumes }: Inputs): void {
  const product = 'Network';
  const answered = toGib(volumes.answered);
  const [first, next] = TIER_GIB;
  const words = 'answers, turns and calls × items × their JSON, and the answers of ingest';
  sheet.add(product, 'to the internet, first TiB', 'egressFirst', Math.min(answered, first), words);
  sheet.add(
    product,
    'to the internet, next 9 TiB',
    'egressNext',
    Math.min(Math.max(0, answered - first), next),
    words,
  );
  sheet.add(product, 'to the internet, rest', 'egressRest', Math.max(0, answered - first - next), words);
  if (!deployment.hasDomain) return;
  const { rates } = volumes;
  const requests = (rates.ingestRequests + rates.answers + rates.turns + rates.calls) * SECONDS_PER_MONTH;
  sheet.add(
    'Load balancer',
    'forwarding rules',
    'balancerRules',
    HOURS_PER_MONTH,
    'up to five for one price, all month',
  );
  sheet.add(
    'Load balancer',
    'data processed',
    'balancerData',
    answered + toGib(volumes.received),
    'what is asked and answered',
  );
  sheet.add('Cloud Armor', 'policy', 'armorPolicies', 1, 'fixed');
  sheet.add('Cloud Armor', 'rules', 'armorRules', FIXED.armorRules, 'fixed');
  sheet.add('Cloud Armor', 'requests', 'armorRequests', requests / MILLION, 'requests of the API');
}
