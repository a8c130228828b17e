/** A name of one's own: load balancer, certificate, Cloud Armor, CDN for what says that it may be cached. */
import * as gcp from '@pulumi/gcp';
import * as pulumi from '@pulumi/pulumi';
import type { SegueConfig } from './config.ts';
import type { Endpoint } from './deployment.ts';
import { ROUTES } from './routes.ts';
import { DOOR_NAMES, type DoorName } from './sizes.ts';

/**
 * Requests a minute and address. Segue itself limits callers by their token; here it is about what comes without one,
 * and about floods: an app's own backend, which speaks for all its listeners, has room for 500 a second.
 */
export const LIMITS = { withoutToken: 300, withToken: 30_000 } as const;
const LOWEST_PRIORITY = 2_147_483_647;

export interface EdgeArgs {
  readonly config: SegueConfig;
  readonly domain: NonNullable<SegueConfig['domain']>;
  readonly doors: Readonly<Record<DoorName, Endpoint>>;
}

export class Edge extends pulumi.ComponentResource {
  /** What the name has to point to. */
  readonly address: pulumi.Output<string>;
  readonly #args: EdgeArgs;

  constructor(name: string, args: EdgeArgs, opts?: pulumi.ComponentResourceOptions) {
    super('segue:gcp:Edge', name, {}, opts);
    this.#args = args;
    const policy = this.#armor();
    const backends = new Map(DOOR_NAMES.map((door) => [door, this.#backend(door, policy)]));
    const { address, id } = this.#address();
    this.address = address;
    this.#https(this.#routes(backends), this.#certificates(), id);
    this.#redirect(id);
    this.registerOutputs({ address });
  }

  #armor(): gcp.compute.SecurityPolicy {
    const throttle = (priority: number, expression: string, count: number, description: string) => ({
      priority,
      description,
      action: 'throttle',
      match: { expr: { expression } },
      rateLimitOptions: {
        enforceOnKey: 'IP',
        conformAction: 'allow',
        exceedAction: 'deny(429)',
        rateLimitThreshold: { count, intervalSec: 60 },
      },
    });
    return new gcp.compute.SecurityPolicy(
      'edge',
      {
        project: this.#args.config.project,
        name: 'segue-edge',
        description: 'Limits of requests by address',
        type: 'CLOUD_ARMOR',
        labels: this.#args.config.labels,
        rules: [
          throttle(1000, "!has(request.headers['authorization'])", LIMITS.withoutToken, 'Without a token'),
          throttle(2000, "has(request.headers['authorization'])", LIMITS.withToken, 'With a token'),
          {
            priority: LOWEST_PRIORITY,
            description: 'The rest',
            action: 'allow',
            match: { versionedExpr: 'SRC_IPS_V1', config: { srcIpRanges: ['*'] } },
          },
        ],
      },
      { parent: this },
    );
  }

  #backend(name: DoorName, policy: gcp.compute.SecurityPolicy): gcp.compute.BackendService {
    const { config, doors } = this.#args;
    const endpoint = doors[name];
    const { project, region, size } = config;
    const group = new gcp.compute.RegionNetworkEndpointGroup(
      `${name}-group`,
      {
        project,
        region,
        name: `segue-${name}`,
        networkEndpointType: 'SERVERLESS',
        cloudRun: { service: endpoint.name },
      },
      { parent: this },
    );
    return new gcp.compute.BackendService(
      `${name}-backend`,
      {
        project,
        name: `segue-${name}`,
        protocol: 'HTTPS',
        loadBalancingScheme: 'EXTERNAL_MANAGED',
        backends: [{ group: group.id }],
        securityPolicy: policy.id,
        // Functions log every request themselves; here a sample tells of what never reached them.
        logConfig: { enable: true, sampleRate: size === 'internet' ? 0.01 : 1 },
        // Answers for a listener say `no-store`; only what serve itself calls `public` is kept.
        ...(name === 'serve' && {
          enableCdn: true,
          cdnPolicy: {
            cacheMode: 'USE_ORIGIN_HEADERS',
            cacheKeyPolicy: { includeHost: true, includeProtocol: true, includeQueryString: true },
          },
        }),
      },
      { parent: this },
    );
  }

  #address(): { readonly address: pulumi.Output<string>; readonly id: pulumi.Output<string> } {
    const { config, domain } = this.#args;
    const { project, labels } = config;
    const { address, id } = new gcp.compute.GlobalAddress(
      'edge-address',
      { project, name: 'segue-edge', labels },
      { parent: this },
    );
    if (domain.dnsZone !== undefined)
      new gcp.dns.RecordSet(
        'edge-record',
        {
          project,
          managedZone: domain.dnsZone,
          name: `${domain.name}.`,
          type: 'A',
          ttl: 300,
          rrdatas: [address],
        },
        { parent: this },
      );
    return { address, id };
  }

  #routes(backends: ReadonlyMap<DoorName, gcp.compute.BackendService>): gcp.compute.URLMap {
    const { config, domain } = this.#args;
    const idOf = (door: DoorName) => {
      const backend = backends.get(door);
      if (backend === undefined) throw new Error(`Nothing stands behind the route to ${door}.`);
      return backend.id;
    };
    return new gcp.compute.URLMap(
      'edge-routes',
      {
        project: config.project,
        name: 'segue-edge',
        defaultService: idOf('serve'),
        hostRules: [{ hosts: [domain.name], pathMatcher: 'api' }],
        pathMatchers: [
          {
            name: 'api',
            defaultService: idOf('serve'),
            // Rules of routes, and not of paths: those take a star at the end only.
            routeRules: ROUTES.map(({ door, matches }, i) => ({
              priority: i + 1,
              matchRules: matches.map((match) => ({ ...match })),
              service: idOf(door),
            })),
          },
        ],
      },
      { parent: this },
    );
  }

  /** With a zone the certificate is there before the name points here; without, once somebody points it here. */
  #certificates(): gcp.certificatemanager.CertificateMap {
    const { config, domain } = this.#args;
    const { project, labels } = config;
    const authorization = domain.dnsZone === undefined ? undefined : this.#authorization(domain.dnsZone);
    const certificate = new gcp.certificatemanager.Certificate(
      'edge-certificate',
      {
        project,
        name: 'segue-edge',
        managed: {
          domains: [domain.name],
          ...(authorization !== undefined && { dnsAuthorizations: [authorization.id] }),
        },
        labels,
      },
      { parent: this },
    );
    const map = new gcp.certificatemanager.CertificateMap(
      'edge-certificates',
      { project, name: 'segue-edge', labels },
      { parent: this },
    );
    new gcp.certificatemanager.CertificateMapEntry(
      'edge-certificate-entry',
      {
        project,
        name: 'segue-edge',
        map: map.name,
        hostname: domain.name,
        certificates: [certificate.id],
        labels,
      },
      { parent: this },
    );
    return map;
  }

  #authorization(zone: string): gcp.certificatemanager.DnsAuthorization {
    const { config, domain } = this.#args;
    const { project, labels } = config;
    const authorization = new gcp.certificatemanager.DnsAuthorization(
      'edge-authorization',
      { project, name: 'segue-edge', domain: domain.name, labels },
      { parent: this },
    );
    const record = authorization.dnsResourceRecords.apply(([first]) => {
      if (first === undefined)
        throw new Error('Certificate Manager did not say which record proves the name.');
      return first;
    });
    new gcp.dns.RecordSet(
      'edge-proof',
      {
        project,
        managedZone: zone,
        name: record.apply(({ name }) => name ?? ''),
        type: record.apply(({ type }) => type ?? 'CNAME'),
        ttl: 300,
        rrdatas: [record.apply(({ data }) => data ?? '')],
      },
      { parent: this },
    );
    return authorization;
  }

  #https(
    routes: gcp.compute.URLMap,
    certificates: gcp.certificatemanager.CertificateMap,
    address: pulumi.Output<string>,
  ): void {
    const { project, labels } = this.#args.config;
    const tls = new gcp.compute.SSLPolicy(
      'edge-tls',
      { project, name: 'segue-edge', profile: 'MODERN', minTlsVersion: 'TLS_1_2' },
      { parent: this },
    );
    const proxy = new gcp.compute.TargetHttpsProxy(
      'edge-https',
      {
        project,
        name: 'segue-edge',
        urlMap: routes.id,
        certificateMap: pulumi.interpolate`//certificatemanager.googleapis.com/${certificates.id}`,
        sslPolicy: tls.id,
      },
      { parent: this },
    );
    this.#forward('edge-443', '443', proxy.id, address, labels);
  }

  #redirect(address: pulumi.Output<string>): void {
    const { project, labels } = this.#args.config;
    const routes = new gcp.compute.URLMap(
      'edge-redirect',
      {
        project,
        name: 'segue-edge-redirect',
        defaultUrlRedirect: {
          httpsRedirect: true,
          redirectResponseCode: 'PERMANENT_REDIRECT',
          stripQuery: false,
        },
      },
      { parent: this },
    );
    const proxy = new gcp.compute.TargetHttpProxy(
      'edge-http',
      { project, name: 'segue-edge', urlMap: routes.id },
      { parent: this },
    );
    this.#forward('edge-80', '80', proxy.id, address, labels);
  }

  #forward(
    name: string,
    portRange: string,
    target: pulumi.Output<string>,
    ipAddress: pulumi.Output<string>,
    labels: Readonly<Record<string, string>>,
  ): void {
    new gcp.compute.GlobalForwardingRule(
      name,
      {
        project: this.#args.config.project,
        name: `segue-${name}`,
        loadBalancingScheme: 'EXTERNAL_MANAGED',
        ipAddress,
        portRange,
        target,
        labels,
      },
      { parent: this },
    );
  }
}
