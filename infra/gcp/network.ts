/** Private mode: Google's APIs at their restricted addresses, so that a VPC Service Controls perimeter can stand around. */
import * as gcp from '@pulumi/gcp';
import * as pulumi from '@pulumi/pulumi';
import type { SegueConfig } from './config.ts';

/** restricted.googleapis.com (VPC: options for Private Google Access): only what a perimeter can guard answers here. */
export const RESTRICTED = {
  range: '199.36.153.4/30',
  addresses: ['199.36.153.4', '199.36.153.5', '199.36.153.6', '199.36.153.7'],
} as const;

/** APIs, and the registries that templates' images come from. */
const DOMAINS = ['googleapis.com', 'gcr.io', 'pkg.dev'] as const;
/** Ports on which Dataflow's workers speak to each other (Dataflow: firewall rules). */
const SHUFFLE_PORTS = '12345-12346';

export interface NetworkArgs {
  readonly config: SegueConfig;
  readonly privateNetwork: NonNullable<SegueConfig['privateNetwork']>;
}

/**
 * What a network that is there already needs: names, a route, and a rule for loading. Its subnetwork has to have Private
 * Google Access; whoever uses an OIDC issuer that is not Google's needs Cloud NAT besides.
 */
export class Network extends pulumi.ComponentResource {
  constructor(name: string, { config, privateNetwork }: NetworkArgs, opts?: pulumi.ComponentResourceOptions) {
    super('segue:gcp:Network', name, {}, opts);
    const { project } = config;
    const network = networkOf(privateNetwork.network, project);
    for (const domain of DOMAINS) this.#names(domain, network, config);
    new gcp.compute.Route(
      'restricted-route',
      {
        project,
        name: 'segue-restricted-apis',
        description: 'Google’s APIs at their restricted addresses',
        network,
        destRange: RESTRICTED.range,
        nextHopGateway: 'default-internet-gateway',
      },
      { parent: this },
    );
    if (config.load === 'dataflow')
      new gcp.compute.Firewall(
        'workers-firewall',
        {
          project,
          name: 'segue-dataflow-workers',
          description: 'Workers of one loading job among themselves',
          network,
          direction: 'INGRESS',
          sourceTags: ['dataflow'],
          targetTags: ['dataflow'],
          allows: [{ protocol: 'tcp', ports: [SHUFFLE_PORTS] }],
        },
        { parent: this },
      );
    this.registerOutputs();
  }

  #names(domain: string, networkUrl: string, { project, labels }: SegueConfig): void {
    const id = domain.replace('.', '-');
    const zone = new gcp.dns.ManagedZone(
      id,
      {
        project,
        name: `segue-${id}`,
        dnsName: `${domain}.`,
        description: 'Google’s APIs at their restricted addresses',
        visibility: 'private',
        privateVisibilityConfig: { networks: [{ networkUrl }] },
        labels,
      },
      { parent: this },
    );
    const own = domain === 'googleapis.com' ? `restricted.${domain}.` : `${domain}.`;
    const record = (name: string, type: string, rrdatas: readonly string[], of: string) =>
      new gcp.dns.RecordSet(
        of,
        { project, managedZone: zone.name, name, type, ttl: 300, rrdatas: [...rrdatas] },
        { parent: this },
      );
    record(own, 'A', RESTRICTED.addresses, `${id}-addresses`);
    record(`*.${domain}.`, 'CNAME', [own], `${id}-names`);
  }
}

/** `projects/p/global/networks/n`, of that or of the name alone. */
export function networkOf(network: string, project: string): string {
  const path = network.replace(/^https:\/\/[^/]+\/compute\/v1\//, '');
  return path.includes('/') ? path : `projects/${project}/global/networks/${path}`;
}
