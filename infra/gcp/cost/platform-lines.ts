/** What stands around it: small fixed things, logs, and the way to the internet. */
import type { Inputs, Sheet } from './sheet.ts';
import { HOURS_PER_MONTH, SECONDS_PER_MONTH, toGib } from './volumes.ts';

const MILLION = 1e6;
/** Fixed by what infra/gcp declares; each costs next to nothing. */
const FIXED = {
  workflowStepsPerNight: 31 * 20,
  documentsPerNight: 31 * 6,
  schedulerJobs: 2,
  images: 4 * 10 * 0.15,
  sources: 1,
  secretVersions: 1,
  metricsMib: 20,
  uptimeRunsPerMinute: 6,
  alertConditions: 47,
  armorRules: 5,
} as const;
const TIER_GIB = [1024, 9 * 1024] as const;

/** Everything that costs little, and logs, which do not. */
export function addRest(sheet: Sheet, { volumes }: Inputs): void {
  const builds = volumes.history > 0 ? volumes.buildsPerMonth : 0;
  const documents = (FIXED.documentsPerNight * builds) / 100_000;
  sheet.add('Firestore', 'reads', 'firestoreReads', documents, 'records of builds × builds');
  sheet.add('Firestore', 'writes', 'firestoreWrites', documents, 'records of builds × builds');
  sheet.add('Firestore', 'documents', 'firestoreStorage', 0.01, 'fixed');
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
    '4 functions × 10 versions × .15 GiB',
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
    'uptime check',
    'uptimeChecks',
    (FIXED.uptimeRunsPerMinute * 60 * HOURS_PER_MONTH) / 1000,
    'every minute from 6 places',
  );
  sheet.add('Monitoring', 'alerts', 'alertConditions', FIXED.alertConditions, 'fixed');
}

/** Bytes to the internet; with a domain the load balancer and Cloud Armor before it. */
export function addEdge(sheet: Sheet, { deployment, volumes }: Inputs): void {
  const product = 'Network';
  const answered = toGib(volumes.answered);
  const [first, next] = TIER_GIB;
  const words = 'answers × items × their JSON, and the answers of ingest';
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
  const requests = (volumes.rates.ingestRequests + volumes.rates.answers) * SECONDS_PER_MONTH;
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
  sheet.add('Cloud Armor', 'requests', 'armorRequests', requests / MILLION, 'requests of ingest and serve');
}
