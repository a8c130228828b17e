import { beforeAll, describe, expect, test } from 'vitest';
import { RESTRICTED } from '../../../infra/gcp/network.ts';
import type { Declared } from '../../../infra/gcp/rules/declared.ts';
import { breaches } from '../../../infra/gcp/rules.ts';
import { exampleSettings } from './examples.ts';
import { evaluate } from './mocks.ts';
import { typeProblems } from './provider-types.ts';

interface PathMatcher {
  readonly defaultService: string;
  readonly routeRules: readonly {
    readonly priority: number;
    readonly service: string;
    readonly matchRules: readonly {
      readonly fullPathMatch?: string;
      readonly prefixMatch?: string;
      readonly pathTemplateMatch?: string;
    }[];
  }[];
}

/** The backend that the balancer would ask: the first rule that matches, as Google documents matching. */
function backendFor({ routeRules, defaultService }: PathMatcher, path: string): string {
  const isLike = (template: string) => {
    const parts = template.split('/').map((part) => (part === '**' ? '.*' : part === '*' ? '[^/]+' : part));
    return new RegExp(`^${parts.join('/')}$`).test(path);
  };
  const rule = routeRules
    .toSorted((a, b) => a.priority - b.priority)
    .find(({ matchRules }) =>
      matchRules.some(
        ({ fullPathMatch, prefixMatch, pathTemplateMatch }) =>
          path === fullPathMatch ||
          (prefixMatch !== undefined && path.startsWith(prefixMatch)) ||
          (pathTemplateMatch !== undefined && isLike(pathTemplateMatch)),
      ),
    );
  return (rule?.service ?? defaultService).split('/').at(-1) ?? '';
}

const DOMAIN = '{"name":"music.example.com","dnsZone":"example-com"}';
const ofType = (resources: readonly Declared[], type: string) =>
  resources.filter((resource) => resource.type === `gcp:${type}`);
const settingsWith = (more: Record<string, string>) => ({ ...exampleSettings('dev'), ...more });

describe('a name of one’s own', () => {
  let resources: readonly Declared[];
  let outputs: Awaited<ReturnType<typeof evaluate>>['outputs'];
  beforeAll(async () => {
    ({ resources, outputs } = await evaluate(settingsWith({ domain: DOMAIN })));
  });

  test('breaks no rule, and the provider takes it', () => {
    expect(breaches(resources)).toEqual([]);
    expect(typeProblems(resources)).toEqual([]);
  }, 60_000);

  test.each([
    [
      'segue-ingest',
      ['/v1/events', '/1/submit-listens', '/1/feedback/recording-feedback', '/1/validate-token'],
    ],
    [
      'segue-sessions',
      [
        '/v1/sessions',
        '/v1/sessions/evening-1',
        '/v1/sessions/evening-1/turns',
        '/v1/blends',
        '/v1/blends/b1/members/me',
        '/v1/listeners/me/blends',
        '/v1/listeners/urn:user:1/blends',
        '/v1/listeners/me/playlists/p1',
        '/v1/listeners/me/playlists/p1/items',
      ],
    ],
    ['segue-agent', ['/mcp']],
    [
      'segue-serve',
      [
        '/v1/listeners/me/home',
        '/v1/listeners/me/discover-weekly',
        '/v1/listeners/blends/home',
        '/v1/listeners/a/b/blends',
        '/v1/listeners/me/blendsx',
        '/readyz',
        '/v1/search',
        '/v1/eventsx',
        '/v1/sessionsx',
        '/11/x',
        '/mcpx',
        '/openapi.json',
      ],
    ],
  ])('leads to %s what is its own', (service, paths) => {
    const [routes] = ofType(resources, 'compute/uRLMap:URLMap').filter(({ name }) => name === 'edge-routes');
    const [matcher] = (routes?.inputs.pathMatchers ?? []) as PathMatcher[];
    for (const path of paths) expect(matcher && backendFor(matcher, path), path).toBe(service);
  });

  test('asks each rule of its routes once, in an order of its own', () => {
    const [routes] = ofType(resources, 'compute/uRLMap:URLMap').filter(({ name }) => name === 'edge-routes');
    const [matcher] = (routes?.inputs.pathMatchers ?? []) as PathMatcher[];
    const priorities = matcher?.routeRules.map(({ priority }) => priority) ?? [];
    expect(priorities).toEqual([...new Set(priorities)].sort((a, b) => a - b));
    // A match says one thing, and a star is a whole part of a path (Compute Engine: URL maps, path template).
    for (const match of matcher?.routeRules.flatMap(({ matchRules }) => matchRules) ?? []) {
      expect(Object.keys(match)).toHaveLength(1);
      const parts = (match.pathTemplateMatch ?? '/').split('/').slice(1);
      for (const [i, part] of parts.entries())
        if (part.includes('*')) expect(part === '*' || (part === '**' && i === parts.length - 1)).toBe(true);
      expect(parts.filter((part) => part.includes('*')).length).toBeLessThanOrEqual(5);
    }
  });

  test('is the only way in: functions answer the balancer and the project’s own network', () => {
    for (const { inputs, name } of ofType(resources, 'cloudfunctionsv2/function:Function'))
      if (['ingest', 'serve', 'sessions', 'agent'].includes(name))
        expect((inputs.serviceConfig as { ingressSettings: string }).ingressSettings).toBe(
          'ALLOW_INTERNAL_AND_GCLB',
        );
    for (const { inputs } of ofType(
      resources,
      'compute/regionNetworkEndpointGroup:RegionNetworkEndpointGroup',
    ))
      expect(inputs).toMatchObject({ networkEndpointType: 'SERVERLESS', region: 'europe-west1' });
  });

  test('keeps only what says that it may be kept, of serve alone', () => {
    const backends = ofType(resources, 'compute/backendService:BackendService');
    expect(backends.map(({ name, inputs }) => [name, inputs.enableCdn ?? false])).toEqual([
      ['agent-backend', false],
      ['ingest-backend', false],
      ['serve-backend', true],
      ['sessions-backend', false],
    ]);
    expect(backends[2]?.inputs.cdnPolicy).toMatchObject({ cacheMode: 'USE_ORIGIN_HEADERS' });
  });

  test('has every request limited by address, one with a token higher, and the rest let through', () => {
    const [policy] = ofType(resources, 'compute/securityPolicy:SecurityPolicy');
    const rules = policy?.inputs.rules as { priority: number; action: string; rateLimitOptions?: object }[];
    expect(rules.map(({ action }) => action)).toEqual(['throttle', 'throttle', 'allow']);
    expect(rules.map(({ priority }) => priority)).toEqual([1000, 2000, 2_147_483_647]);
    for (const { inputs } of ofType(resources, 'compute/backendService:BackendService'))
      expect(inputs.securityPolicy).toMatch(/segue-edge$/);
  });

  test('speaks TLS of today, and sends who comes without to it', () => {
    const [tls] = ofType(resources, 'compute/sSLPolicy:SSLPolicy');
    expect(tls?.inputs).toMatchObject({ minTlsVersion: 'TLS_1_2' });
    const ports = ofType(resources, 'compute/globalForwardingRule:GlobalForwardingRule');
    expect(ports.map(({ inputs }) => inputs.portRange).sort()).toEqual(['443', '80']);
    const [redirect] = ofType(resources, 'compute/uRLMap:URLMap').filter(
      ({ name }) => name === 'edge-redirect',
    );
    expect(redirect?.inputs.defaultUrlRedirect).toMatchObject({ httpsRedirect: true });
  });

  test('has its record and the proof of its name in the zone; without a zone the address is told', async () => {
    const records = ofType(resources, 'dns/recordSet:RecordSet').map(
      ({ inputs }) => `${inputs.name} ${inputs.type}`,
    );
    expect(records.sort()).toEqual(['_acme-challenge.music.example.com. CNAME', 'music.example.com. A']);
    expect(outputs.edgeAddress).toBe('203.0.113.7');

    const alone = await evaluate(settingsWith({ domain: '{"name":"music.example.com"}' }));
    expect(ofType(alone.resources, 'dns/recordSet:RecordSet')).toEqual([]);
    expect(ofType(alone.resources, 'certificatemanager/dnsAuthorization:DnsAuthorization')).toEqual([]);
    expect(breaches(alone.resources)).toEqual([]);
  });
});

describe('a private network', () => {
  const network = '{"network":"music","subnetwork":"music-eu"}';
  let resources: readonly Declared[];
  beforeAll(async () => {
    ({ resources } = await evaluate(
      settingsWith({
        privateNetwork: network,
        publicApi: 'false',
        callers: '["group:apps@example.com"]',
        load: 'dataflow',
      }),
    ));
  });

  test('breaks no rule, and the provider takes it', () => {
    expect(breaches(resources)).toEqual([]);
    expect(typeProblems(resources)).toEqual([]);
  }, 60_000);

  test('leads every name of Google’s APIs to the addresses that a perimeter guards', () => {
    const zones = ofType(resources, 'dns/managedZone:ManagedZone');
    for (const { inputs } of zones)
      expect(inputs).toMatchObject({
        visibility: 'private',
        privateVisibilityConfig: { networks: [{ networkUrl: 'projects/my-project/global/networks/music' }] },
      });
    const records = ofType(resources, 'dns/recordSet:RecordSet');
    for (const { inputs } of zones) {
      const own = records.filter((record) => record.inputs.managedZone === inputs.name);
      expect(own.find((record) => record.inputs.type === 'CNAME')?.inputs.name).toBe(`*.${inputs.dnsName}`);
      expect(own.find((record) => record.inputs.type === 'A')?.inputs.rrdatas).toEqual(RESTRICTED.addresses);
    }
    const [route] = ofType(resources, 'compute/route:Route');
    expect(route?.inputs).toMatchObject({
      destRange: '199.36.153.4/30',
      nextHopGateway: 'default-internet-gateway',
    });
  });

  test('lets nothing in from outside and nothing out but through it, templates included', () => {
    for (const { inputs } of ofType(resources, 'cloudfunctionsv2/function:Function'))
      expect(inputs.serviceConfig).toMatchObject({
        ingressSettings: 'ALLOW_INTERNAL_ONLY',
        directVpcEgress: 'VPC_EGRESS_ALL_TRAFFIC',
      });
    const [workflow] = ofType(resources, 'workflows/workflow:Workflow');
    const source = String(workflow?.inputs.sourceContents);
    expect(source).toContain('"ipConfiguration": "WORKER_IP_PRIVATE"');
    expect(source).toContain('"subnetwork": "regions/europe-west1/subnetworks/music-eu"');
    const [firewall] = ofType(resources, 'compute/firewall:Firewall');
    expect(firewall?.inputs).toMatchObject({ sourceTags: ['dataflow'], targetTags: ['dataflow'] });
  });
});
