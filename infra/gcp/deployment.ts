/** What a function's deployment is made of, whatever hosts it. */
import type * as gcp from '@pulumi/gcp';
import type * as pulumi from '@pulumi/pulumi';
import type { SegueConfig } from './config.ts';
import type { Environment } from './environment.ts';
import type { FunctionName } from './sizes.ts';

/** Of the functions' images: the newest that Google supports. */
export const RUNTIME = 'nodejs24';

export type Ingress = 'all' | 'internal' | 'internal-and-balancer';

export interface Deployment {
  readonly name: FunctionName;
  readonly source: gcp.storage.BucketObject;
  readonly environment: Environment;
  readonly ingress: Ingress;
}

/** A function as others reach it. */
export interface Endpoint {
  /** Of its Cloud Run service. */
  readonly name: pulumi.Output<string>;
  readonly url: pulumi.Output<string>;
}

/** Name of a function and of the Cloud Run service below it. */
export function serviceName(name: FunctionName): string {
  return `segue-${name}`;
}

/** Pub/Sub and Workflows of the project count as internal; operators call rebuild from outside unless all is private. */
export function ingressOf(name: FunctionName, { privateNetwork, domain }: SegueConfig): Ingress {
  if (name === 'update-signals') return 'internal';
  if (name === 'rebuild') return privateNetwork === undefined ? 'all' : 'internal';
  // What a load balancer guards is not to be had behind its back.
  if (domain !== undefined) return 'internal-and-balancer';
  return privateNetwork === undefined ? 'all' : 'internal';
}
