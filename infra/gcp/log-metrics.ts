/** What is counted out of logs: what functions write (shared/logging), and what Cloud Run writes of each request. */
import type { SegueConfig } from './config.ts';
import { serviceName } from './deployment.ts';

export interface LogMetric {
  readonly name: string;
  readonly description: string;
  /** In Cloud Logging's query language. */
  readonly filter: string;
  /** Labels, each with where it is read from. */
  readonly labels?: Readonly<Record<string, string>>;
  /** Where a distribution's value is read from; entries are counted without it. */
  readonly value?: { readonly extractor: string; readonly unit: string };
}

type Name = Parameters<typeof serviceName>[0];

const from = (name: Name) =>
  `resource.type="cloud_run_revision" AND resource.labels.service_name="${serviceName(name)}"`;
/** Any of several. */
const oneOf = (values: readonly string[]) => `(${values.map((value) => `"${value}"`).join(' OR ')})`;
const said = (name: Name, message: string) => `${from(name)} AND jsonPayload.message="${message}"`;
/** Requests as Cloud Run tells them, those included that IAM refused before the function saw them. */
const asked = (name: Name, { project }: Pick<SegueConfig, 'project'>) =>
  `${from(name)} AND logName="projects/${project}/logs/run.googleapis.com%2Frequests"`;

export function logMetricsFor(config: Pick<SegueConfig, 'project'>): LogMetric[] {
  return [
    {
      name: 'segue_builds_published',
      description: 'Builds that began to serve',
      filter: said('rebuild', 'build published'),
    },
    {
      name: 'segue_builds_rejected',
      description: 'Builds that failed their audit',
      filter: said('rebuild', 'build rejected by its audit'),
    },
    {
      name: 'segue_pushes_refused',
      description: 'Pushes to update-signals that were not Pub/Sub’s',
      filter: `${asked('update-signals', config)} AND httpRequest.status=(401 OR 403)`,
      labels: { status: 'EXTRACT(httpRequest.status)' },
    },
    {
      name: 'segue_answers_degraded',
      description: 'Answers without a part that could not be read',
      filter: [
        'resource.type="cloud_run_revision"',
        `resource.labels.service_name=${oneOf((['serve', 'sessions', 'agent'] as const).map(serviceName))}`,
        `jsonPayload.message=${oneOf(['answering without a part', 'a session goes on without a part'])}`,
      ].join(' AND '),
      labels: { part: 'EXTRACT(jsonPayload.part)' },
    },
    {
      name: 'segue_stage_seconds',
      description: 'How long stages took',
      filter: `${asked('rebuild', config)} AND httpRequest.requestUrl:"/stages/" AND httpRequest.status=200`,
      labels: { stage: 'REGEXP_EXTRACT(httpRequest.requestUrl, "/stages/([a-z_]+)")' },
      value: { extractor: 'REGEXP_EXTRACT(httpRequest.latency, "([0-9.]+)s")', unit: 's' },
    },
  ];
}
