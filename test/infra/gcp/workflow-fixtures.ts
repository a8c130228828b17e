/** The nightly workflow as the tests run it. */
import type { Load } from '../../../infra/gcp/config.ts';
import { workflowSource } from '../../../infra/gcp/workflow-source.ts';
import { STAGES } from '../../../shared/sql/stages.ts';

export const DEADLINE = 7200;
export const ENVIRONMENT = {
  SEGUE_REBUILD_URL: 'https://segue-rebuild.example',
  SEGUE_WORKERS: 'segue-dataflow@a-project.iam.gserviceaccount.com',
};

export function sourceFor(load: Load): string {
  return workflowSource({
    stages: STAGES,
    load,
    template: {
      project: 'a-project',
      region: 'europe-west1',
      temporary: 'gs://a-project-segue-staging/dataflow',
      maxWorkers: 20,
      deadline: DEADLINE,
      labels: { app: 'segue' },
    },
  });
}
