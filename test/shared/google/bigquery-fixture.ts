/** A warehouse over the fake BigQuery, with time that passes only while it sleeps. */
import { type BigQueryOptions, createBigQueryWarehouse } from '../../../shared/google/bigquery-warehouse.ts';
import { ManualClock } from '../../contract/manual-clock.ts';
import { type FakeBigQuery, PROJECT } from './fake-bigquery.ts';

export const MAX_BYTES = 1_000_000_000;
let ids = 0;

/** What a process would open; opening another one is what a restarted process does. */
export function openWarehouse(fake: FakeBigQuery, more: Partial<BigQueryOptions> = {}) {
  const clock = new ManualClock(1_000);
  return createBigQueryWarehouse({
    project: PROJECT,
    location: 'EU',
    dataset: 'segue',
    buildsDataset: 'segue_builds',
    maxBytesBilled: MAX_BYTES,
    clock,
    fetch,
    endpoint: fake.endpoint,
    newId: () => String(++ids),
    sleep: async (ms) => clock.advance(ms),
    random: () => 0.5,
    ...more,
  });
}
