/** serve without the Functions Framework: the same bundle's server.js on a plain Node host. */
import * as gcp from '@pulumi/gcp';
import type * as pulumi from '@pulumi/pulumi';
import { type Deployment, type Endpoint, type Ingress, RUNTIME, serviceName } from './deployment.ts';
import type { FunctionsArgs } from './functions.ts';

const INGRESS: Readonly<Record<Ingress, string>> = {
  all: 'INGRESS_TRAFFIC_ALL',
  internal: 'INGRESS_TRAFFIC_INTERNAL_ONLY',
  'internal-and-balancer': 'INGRESS_TRAFFIC_INTERNAL_LOAD_BALANCER',
};

/**
 * Deploys the zip as it is on Google's base image: nothing is built, so the bundle has to bring all its code. (A
 * service's buildConfig would wrap it in the framework again.)
 */
export function hostOnCloudRun(
  { name, source, environment, ingress }: Deployment,
  { config, accounts, storage }: FunctionsArgs,
  opts: pulumi.CustomResourceOptions,
): Endpoint {
  const { project, region, labels, privateNetwork } = config;
  const size = config.functions[name];
  const service = new gcp.cloudrunv2.Service(
    `${name}-host`,
    {
      project,
      location: region,
      name: serviceName(name),
      ingress: INGRESS[ingress],
      // It holds nothing; what it reads is protected.
      deletionProtection: false,
      template: {
        serviceAccount: accounts.of[name].email,
        timeout: `${size.timeoutSeconds}s`,
        maxInstanceRequestConcurrency: size.concurrency,
        scaling: { minInstanceCount: size.minInstances, maxInstanceCount: size.maxInstances },
        containers: [
          {
            image: 'scratch',
            baseImageUri: `${region}-docker.pkg.dev/serverless-runtimes/google-24-full/runtimes/${RUNTIME}`,
            sourceCode: {
              cloudStorageSource: {
                bucket: storage.source.name,
                object: source.name,
                generation: source.generation.apply(String),
              },
            },
            commands: ['node'],
            args: ['server.js'],
            ports: { containerPort: 8080 },
            // Always allocated: at this size an instance is never idle, and the pointer is refreshed between requests.
            resources: {
              limits: { cpu: size.cpu, memory: size.memory },
              cpuIdle: false,
              startupCpuBoost: true,
            },
            startupProbe: { httpGet: { path: '/livez' }, periodSeconds: 1, failureThreshold: 30 },
            livenessProbe: { httpGet: { path: '/livez' }, periodSeconds: 30 },
            envs: [
              ...Object.entries(environment.plain).map(([key, value]) => ({ name: key, value })),
              ...environment.secret.map(({ key, secretId, version }) => ({
                name: key,
                valueSource: { secretKeyRef: { secret: secretId, version } },
              })),
            ],
          },
        ],
        ...(privateNetwork !== undefined && {
          vpcAccess: { networkInterfaces: [{ ...privateNetwork }], egress: 'ALL_TRAFFIC' },
        }),
        labels,
      },
      labels,
    },
    opts,
  );
  return { name: service.name, url: service.uri };
}
