/** The policy pack as `pulumi preview --policy-pack infra/gcp/policy` starts it: a process of its own, asked over gRPC. */
import { type ChildProcess, spawn } from 'node:child_process';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import grpc from '@grpc/grpc-js';
import analyzerServices from '@pulumi/pulumi/proto/analyzer_grpc_pb.js';
import messages from '@pulumi/pulumi/proto/analyzer_pb.js';
import engineServices from '@pulumi/pulumi/proto/engine_grpc_pb.js';
import type { Declared } from '../../../infra/gcp/rules/declared.ts';
import { engineHandlers, listening, ROOT, SDK } from './engine.ts';

/** Pulumi's own copy of the class, which its messages insist on. */
const { Struct } = createRequire(import.meta.resolve('@pulumi/pulumi'))(
  'google-protobuf/google/protobuf/struct_pb.js',
) as { Struct: { fromJavaScript(value: object): never } };

export interface Diagnostic {
  readonly policy: string;
  readonly message: string;
  readonly isMandatory: boolean;
}

export interface PolicyHost {
  /** Names of the pack's policies. */
  policies(): Promise<string[]>;
  analyze(resources: readonly Declared[]): Promise<Diagnostic[]>;
  close(): void;
}

/** Starts the pack. Throws what its process says instead of its port. */
export async function startPolicyPack(): Promise<PolicyHost> {
  const engine = new grpc.Server();
  const lines: string[] = [];
  engine.addService(engineServices.EngineService as never, engineHandlers(lines));
  const folder = join(ROOT, 'infra/gcp/policy');
  const child = spawn(process.execPath, [join(SDK, 'run-policy-pack'), await listening(engine), folder], {
    cwd: folder,
  });
  const port = await portOf(child, lines);
  const client = new analyzerServices.AnalyzerClient(
    `127.0.0.1:${port}`,
    grpc.credentials.createInsecure() as never,
  );
  return {
    policies: async () =>
      (await asked<messages.AnalyzerInfo>((done) => client.getAnalyzerInfo(emptyOf(), done as never)))
        .getPoliciesList()
        .map((policy) => policy.getName()),
    analyze: async (resources) => {
      const request = new messages.AnalyzeStackRequest();
      request.setResourcesList(resources.map(analyzerResource));
      const response = await asked<messages.AnalyzeResponse>((done) =>
        client.analyzeStack(request, done as never),
      );
      return response.getDiagnosticsList().map((one) => ({
        policy: one.getPolicyname(),
        message: one.getMessage(),
        isMandatory: one.getEnforcementlevel() === messages.EnforcementLevel.MANDATORY,
      }));
    },
    close: () => {
      client.close();
      child.kill();
      engine.forceShutdown();
    },
  };
}

const emptyOf = () => analyzerServices.AnalyzerService.getAnalyzerInfo.requestDeserialize(Buffer.alloc(0));

function asked<T>(call: (done: (error: Error | null, response: T) => void) => void): Promise<T> {
  return new Promise((resolve, reject) =>
    call((error, response) => (error === null ? resolve(response) : reject(error))),
  );
}

function analyzerResource({ type, name, inputs }: Declared): messages.AnalyzerResource {
  const resource = new messages.AnalyzerResource();
  resource.setType(type);
  resource.setName(name);
  resource.setOptions(new messages.AnalyzerResourceOptions());
  resource.setUrn(`urn:pulumi:dev::segue::${type}::${name}`);
  // As JSON: what is not set does not travel.
  resource.setProperties(Struct.fromJavaScript(JSON.parse(JSON.stringify(inputs))));
  return resource;
}

/** The port that the pack's process prints once it listens. */
function portOf(child: ChildProcess, lines: string[]): Promise<number> {
  return new Promise((resolve, reject) => {
    child.stdout?.on('data', (chunk: Buffer) => {
      const port = Number.parseInt(chunk.toString(), 10);
      if (port > 0) resolve(port);
    });
    child.stderr?.on('data', (chunk: Buffer) => lines.push(chunk.toString()));
    child.on('error', reject);
    child.on('exit', (code) =>
      reject(new Error(`The policy pack ended with ${code} instead of listening:\n${lines.join('\n')}`)),
    );
  });
}
