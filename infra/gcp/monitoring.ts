/** What looks at the rest: checks from outside, counts out of logs, promises, alerts, the dashboard, the budget. */
import * as gcp from '@pulumi/gcp';
import * as pulumi from '@pulumi/pulumi';
import type { Alert } from './alert.ts';
import { alertsFor, burnAlertId, burnAlertsOf } from './alerts.ts';
import {
  CHECKED_DOORS,
  CHECKS,
  type Check,
  type CheckedDoor,
  type CheckIds,
  UNKNOWN_CHECKS,
} from './checks.ts';
import type { SegueConfig } from './config.ts';
import { dashboardJson } from './dashboards.ts';
import type { Endpoint } from './deployment.ts';
import { logMetricsFor } from './log-metrics.ts';
import { conditionOf, requestsOf, windowsOf } from './monitoring-inputs.ts';
import { BURN_WINDOWS, type Objective, objectivesFor, PERIOD_DAYS } from './slos.ts';

export interface MonitoringArgs {
  readonly config: SegueConfig;
  readonly doors: Readonly<Record<CheckedDoor, Endpoint>>;
}

const SERVICES: Readonly<Record<Objective['service'], string>> = {
  serve: 'Answers',
  sessions: 'Sessions',
  agent: 'Models’ tools',
  ingest: 'Events taken in',
  signals: 'Events becoming signals',
  builds: 'Nightly builds',
};

export class Monitoring extends pulumi.ComponentResource {
  readonly #config: SegueConfig;
  readonly #channels: readonly gcp.monitoring.NotificationChannel[];
  readonly #metrics: readonly gcp.logging.Metric[];
  readonly #number: pulumi.Output<string>;

  constructor(name: string, { config, doors }: MonitoringArgs, opts?: pulumi.ComponentResourceOptions) {
    super('segue:gcp:Monitoring', name, {}, opts);
    this.#config = config;
    this.#number = gcp.organizations.getProjectOutput({ projectId: config.project }, { parent: this }).number;
    this.#channels = this.#mailboxes();
    this.#metrics = this.#counts();
    const checked = CHECKS.map(
      (check) => [check.id, this.#check(check, doors[check.door]).uptimeCheckId] as const,
    );
    if (!config.publicApi) this.#letChecksIn(doors);

    const checks = pulumi
      .all(checked.map(([id, given]) => given.apply((known) => [id, known] as const)))
      .apply((known): CheckIds => Object.fromEntries(known) as CheckIds);
    // Ids of checks are known only once they are there, and which alerts there are does not depend on them.
    for (const { id } of alertsFor(config, UNKNOWN_CHECKS))
      this.#alert(
        id,
        checks.apply((known) => found(alertsFor(config, known), id)),
      );
    this.#promise(checks);
    new gcp.monitoring.Dashboard(
      'dashboard',
      {
        project: config.project,
        dashboardJson: checks.apply((known) => dashboardJson(known, config.labels)),
      },
      { parent: this, dependsOn: [...this.#metrics] },
    );
    this.#budget();
    this.registerOutputs();
  }

  #mailboxes(): gcp.monitoring.NotificationChannel[] {
    const { project, alertEmails, labels } = this.#config;
    return alertEmails.map(
      (address, i) =>
        new gcp.monitoring.NotificationChannel(
          `mail-${i}`,
          {
            project,
            displayName: address,
            type: 'email',
            labels: { email_address: address },
            userLabels: labels,
          },
          { parent: this },
        ),
    );
  }

  #counts(): gcp.logging.Metric[] {
    return logMetricsFor(this.#config).map(
      ({ name, description, filter, labels = {}, value }) =>
        new gcp.logging.Metric(
          name,
          {
            project: this.#config.project,
            name,
            description,
            filter,
            metricDescriptor: {
              metricKind: 'DELTA',
              valueType: value === undefined ? 'INT64' : 'DISTRIBUTION',
              unit: value?.unit ?? '1',
              labels: Object.keys(labels).map((key) => ({ key, valueType: 'STRING' })),
            },
            labelExtractors: labels,
            ...(value !== undefined && {
              valueExtractor: value.extractor,
              // From a hundred milliseconds to seven hours.
              bucketOptions: {
                exponentialBuckets: { numFiniteBuckets: 18, growthFactor: 2, scale: 0.1 },
              },
            }),
          },
          { parent: this },
        ),
    );
  }

  /** Asks at the address that apps use; where IAM guards it, in the name of Monitoring's own agent. */
  #check({ id, path, period, status, pattern }: Check, endpoint: Endpoint): gcp.monitoring.UptimeCheckConfig {
    const { project, domain, publicApi, labels } = this.#config;
    const host = domain === undefined ? endpoint.url.apply((url) => new URL(url).hostname) : domain.name;
    return new gcp.monitoring.UptimeCheckConfig(
      id,
      {
        project,
        displayName: `Segue: ${path}`,
        monitoredResource: { type: 'uptime_url', labels: { project_id: project, host } },
        httpCheck: {
          path,
          port: 443,
          useSsl: true,
          validateSsl: true,
          ...(status !== undefined && { acceptedResponseStatusCodes: [{ statusValue: status }] }),
          ...(!publicApi && { serviceAgentAuthentication: { type: 'OIDC_TOKEN' } }),
        },
        ...(pattern !== undefined && { contentMatchers: [{ content: pattern, matcher: 'MATCHES_REGEX' }] }),
        period: `${period}s`,
        timeout: '10s',
        userLabels: labels,
      },
      { parent: this },
    );
  }

  #letChecksIn(doors: MonitoringArgs['doors']): void {
    const { project, region } = this.#config;
    const agent = new gcp.projects.ServiceIdentity(
      'monitoring-agent',
      { project, service: 'monitoring.googleapis.com' },
      { parent: this },
    );
    for (const door of CHECKED_DOORS)
      new gcp.cloudrunv2.ServiceIamMember(
        `${door}-checks`,
        {
          project,
          location: region,
          name: doors[door].name,
          role: 'roles/run.invoker',
          member: pulumi.interpolate`serviceAccount:service-${this.#number}@gcp-sa-monitoring-notification.iam.gserviceaccount.com`,
        },
        { parent: this, dependsOn: [agent] },
      );
  }

  #promise(checks: pulumi.Output<CheckIds>): void {
    const { project, labels } = this.#config;
    const services = new Map(
      Object.entries(SERVICES).map(([id, displayName]) => [
        id,
        new gcp.monitoring.CustomService(
          id,
          { project, serviceId: `segue-${id}`, displayName: `Segue: ${displayName}`, userLabels: labels },
          { parent: this },
        ),
      ]),
    );
    for (const { service, id, name, goal } of objectivesFor(UNKNOWN_CHECKS)) {
      const objective = checks.apply((known) => {
        const all = objectivesFor(known);
        return all.find((one) => one.service === service && one.id === id) ?? missing(`${service} ${id}`);
      });
      const slo = new gcp.monitoring.Slo(
        `${service}-${id}`,
        {
          project,
          service: services.get(service)?.serviceId ?? missing(service),
          sloId: id,
          displayName: name,
          goal,
          rollingPeriodDays: PERIOD_DAYS,
          requestBasedSli: objective.apply(({ indicator }) => requestsOf(indicator)),
          windowsBasedSli: objective.apply(({ indicator }) => windowsOf(indicator)),
          userLabels: labels,
        },
        { parent: this },
      );
      const alerts = pulumi.all([objective, slo.name]).apply(([one, sloName]) => burnAlertsOf(one, sloName));
      for (const { rate } of BURN_WINDOWS) {
        const alertId = burnAlertId(service, id, rate);
        this.#alert(
          alertId,
          alerts.apply((all) => found(all, alertId)),
        );
      }
    }
  }

  #alert(id: string, alert: pulumi.Output<Alert>): void {
    const { project, labels } = this.#config;
    new gcp.monitoring.AlertPolicy(
      id,
      {
        project,
        displayName: alert.apply(({ name }) => `Segue: ${name}`),
        severity: alert.apply(({ severity }) => severity),
        combiner: alert.apply(({ combiner }) => combiner),
        conditions: alert.apply(({ conditions }) => conditions.map(conditionOf)),
        documentation: { mimeType: 'text/markdown', content: alert.apply(({ text }) => text) },
        notificationChannels: this.#channels.map(({ name }) => name),
        alertStrategy: { autoClose: '86400s' },
        userLabels: labels,
      },
      // A metric out of logs has to be there before an alert may name it.
      { parent: this, dependsOn: [...this.#metrics] },
    );
  }

  #budget(): void {
    const { budget, project } = this.#config;
    if (budget === undefined) return;
    new gcp.billing.Budget(
      'budget',
      {
        billingAccount: budget.billingAccount,
        displayName: `Segue in ${project}`,
        budgetFilter: { projects: [pulumi.interpolate`projects/${this.#number}`] },
        amount: {
          specifiedAmount: {
            currencyCode: budget.currency,
            units: String(Math.trunc(budget.monthly)),
            nanos: Math.round((budget.monthly % 1) * 1e9),
          },
        },
        thresholdRules: [
          { thresholdPercent: 0.5 },
          { thresholdPercent: 0.9 },
          { thresholdPercent: 1 },
          // What the month will come to if it goes on as it does.
          { thresholdPercent: 1.2, spendBasis: 'FORECASTED_SPEND' },
        ],
        // A budget takes five mailboxes; those who administer the billing account are told anyway.
        allUpdatesRule: {
          monitoringNotificationChannels: this.#channels.slice(0, 5).map(({ name }) => name),
        },
      },
      { parent: this },
    );
  }
}

function found(alerts: readonly Alert[], id: string): Alert {
  return alerts.find((alert) => alert.id === id) ?? missing(id);
}

function missing(what: string): never {
  throw new Error(`There is no ${what} to look at.`);
}
