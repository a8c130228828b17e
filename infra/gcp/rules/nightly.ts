/** A rule of the night: somebody starts the workflow, and it may do what it is started for. */
import { WORKFLOW } from '../nightly.ts';
import { accessIn } from './access.ts';
import { lastPart, ofType, type Rule, textAt, titleOf } from './declared.ts';

const startedNightly: Rule = {
  name: 'started-nightly',
  description: 'The nightly workflow exists, and Scheduler starts it as an account that may.',
  check(resources) {
    const workflow = ofType(resources, 'workflows/workflow:Workflow').find(
      (one) => textAt(one, 'name') === WORKFLOW,
    );
    if (workflow === undefined) return [`There is no workflow ${WORKFLOW}.`];
    const jobs = ofType(resources, 'cloudscheduler/job:Job').filter((job) =>
      textAt(job, 'httpTarget.uri').endsWith(`/workflows/${WORKFLOW}/executions`),
    );
    if (jobs.length === 0) return [`Nothing starts ${titleOf(workflow)}.`];
    return jobs.flatMap((job) => {
      const account = textAt(job, 'httpTarget.oauthToken.serviceAccountEmail');
      const mayStart = accessIn(resources).some(
        ({ member, role }) => member === `serviceAccount:${account}` && role === 'roles/workflows.invoker',
      );
      return [
        ...(mayStart ? [] : [`${account || 'Nobody'} may not start ${titleOf(workflow)}.`]),
        ...(textAt(job, 'schedule') === '' ? [`${titleOf(job)} has no schedule.`] : []),
        ...(lastPart(textAt(workflow, 'serviceAccount')) === ''
          ? [`${titleOf(workflow)} runs as the default account.`]
          : []),
      ];
    });
  },
};

export const NIGHTLY_RULES: readonly Rule[] = [startedNightly];
