/** What keeps and carries: Pub/Sub, Bigtable, BigQuery. */
import type { Inputs, Sheet } from './sheet.ts';
import { BUILDS_IN_ROWS, DAYS_PER_MONTH, HOURS_PER_MONTH, toGib, toTib } from './volumes.ts';

/** Every message goes in once and out to each subscription. */
export function addPubsub(sheet: Sheet, { volumes }: Inputs): void {
  const product = 'Pub/Sub';
  sheet.add(
    product,
    'publishing',
    'pubsubThroughput',
    toTib(volumes.published),
    'listens and impressions, each request 1,000 bytes at least',
  );
  sheet.add(
    product,
    'push to update-signals',
    'pubsubThroughput',
    toTib(volumes.pushed),
    'plays × the message, 1,000 bytes at least',
  );
  sheet.add(
    product,
    'subscriptions of the warehouse',
    'pubsubBigQuery',
    toTib(volumes.toWarehouse),
    'plays and items shown × their messages',
  );
  sheet.add(
    product,
    'topics keep 7 days',
    'pubsubStorage',
    toGib(volumes.retained),
    'a week of plays and items shown × their messages',
  );
}

/** Nodes by the hour, rows and backups by the byte, in each cluster. */
export function addBigtable(sheet: Sheet, { deployment, volumes, machines, measurements }: Inputs): void {
  const product = 'Bigtable';
  const nightly = measurements.loadHours.value * DAYS_PER_MONTH;
  machines.clusters.forEach(({ day, loading }, index) => {
    const hours = day * (HOURS_PER_MONTH - nightly) + loading * nightly;
    sheet.add(
      product,
      `nodes of cluster ${index + 1}`,
      'bigtableNode',
      hours,
      `${day} by day, ${loading} for ${measurements.loadHours.value} h of loading a night`,
    );
  });
  const times = deployment.clusters === 1 ? '' : `, × ${deployment.clusters} clusters`;
  sheet.add(
    product,
    'rows',
    'bigtableStorage',
    toGib(volumes.rows) * deployment.clusters,
    `${BUILDS_IN_ROWS} builds and ${deployment.liveDays} days of live events a listener, compressed${times}`,
  );
  sheet.add(
    product,
    'backups',
    'bigtableBackup',
    toGib(volumes.backups) * deployment.clusters,
    `the rows once, and what ${deployment.backupDays - 1} nights change${times}`,
  );
}

/** Builds by the bytes they read or, where slots are there, by their time; and what is kept. */
export function addBigQuery(sheet: Sheet, { deployment, volumes, machines }: Inputs): void {
  const product = 'BigQuery';
  const { build, buildsPerMonth } = volumes;
  if (deployment.load === 'reverse-etl')
    sheet.add(
      product,
      'builds, by slots',
      'bigquerySlot',
      (machines.build.slotSeconds / 3600) * buildsPerMonth,
      'core-seconds a play and a listener × builds',
    );
  else
    sheet.add(
      product,
      'builds, by bytes',
      'bigqueryScan',
      toTib(build.scanned) * buildsPerMonth,
      'bytes read a play of all history, a listener and an item × builds',
    );
  sheet.add(
    product,
    'history, 90 days',
    'bigqueryActive',
    toGib(volumes.active),
    'plays and items shown × their rows',
  );
  sheet.add(
    product,
    'history, older',
    'bigqueryLongTerm',
    toGib(volumes.longTerm),
    'plays and items shown × their rows',
  );
  sheet.add(
    product,
    'tables of builds',
    'bigqueryActive',
    toGib(build.written) * deployment.buildDays,
    `bytes a build writes × ${deployment.buildDays} kept`,
  );
}
