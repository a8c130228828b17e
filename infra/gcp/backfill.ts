/** Bringing history in: Avro files of the warehouse's tables, loaded by BigQuery as they are, no code between. */
import { WAREHOUSE_DATASET } from '../../shared/schema/cloud.ts';
import type { TableName } from '../../shared/schema/tables.ts';
import type { SegueConfig } from './config.ts';

/** What can be loaded, from a folder of that name each. */
export const BACKFILLED = ['listens', 'catalogue', 'artist_features'] as const satisfies TableName[];

/**
 * Commands that load `./history/<table>/*.avro` into the warehouse, to be pasted into a shell at Segue's root. Files
 * whose columns are not their table's are named and nothing is sent. A job is called by the bytes it loads: over the
 * same files it is the same job, which is waited for and not run twice. Needs the right to act as `segue-backfill`.
 */
export function backfillCommands({ project, region }: Pick<SegueConfig, 'project' | 'region'>): string {
  const bucket = `gs://${project}-segue-import`;
  const bq = `bq --project_id=${project} --location=${region}`;
  return `(
set -e
export CLOUDSDK_AUTH_IMPERSONATE_SERVICE_ACCOUNT=segue-backfill@${project}.iam.gserviceaccount.com
npx node infra/local/commands/export.ts --check history/*/*.avro
for TABLE in ${BACKFILLED.join(' ')}; do
  if [ ! -d history/$TABLE ]; then continue; fi
  FILES=$(cat history/$TABLE/*.avro | sha256sum | cut -c1-16)
  JOB=segue_backfill_\${TABLE}_$FILES
  if ${bq} show --job=true $JOB >/dev/null 2>&1; then ${bq} wait $JOB; continue; fi
  gcloud storage cp history/$TABLE/*.avro ${bucket}/$TABLE/$FILES/
  ${bq} load --job_id=$JOB --source_format=AVRO --use_avro_logical_types --noreplace \\
    ${WAREHOUSE_DATASET}.$TABLE "${bucket}/$TABLE/$FILES/*.avro"
done
)`;
}
