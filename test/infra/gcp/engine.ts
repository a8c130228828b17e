/**
 * Pulumi's engine as its own Node runtime sees it: the services that it talks to over gRPC, answered by mocks. The CLI is
 * not on npm; what it would start of the SDK is.
 */
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import grpc from '@grpc/grpc-js';
import * as pulumi from '@pulumi/pulumi';
import engineServices from '@pulumi/pulumi/proto/engine_grpc_pb.js';
import engineMessages from '@pulumi/pulumi/proto/engine_pb.js';
import monitorServices from '@pulumi/pulumi/proto/resource_grpc_pb.js';
import { MockMonitor } from '@pulumi/pulumi/runtime/mocks.js';
import type { Declared } from '../../../infra/gcp/rules/declared.ts';
import { type Evaluation, recorder } from './mocks.ts';

export const ROOT = fileURLToPath(new URL('../../../', import.meta.url));
/** Where the CLI finds the SDK's runners. */
export const SDK = join(ROOT, 'node_modules/@pulumi/pulumi/cmd');

export interface Run extends Evaluation {
  readonly exitCode: number | null;
  /** What the program told the engine, and what it printed. */
  readonly told: string;
  /** Resources of the provider as they came over the wire: what is not known yet is still in its place. */
  readonly sent: readonly Declared[];
}

type Unary = grpc.handleUnaryCall<unknown, unknown>;

/** The empty answer, as it comes off the wire. */
const empty = () => engineServices.EngineService.log.responseDeserialize(Buffer.alloc(0));

interface RegisterRequest {
  getType(): string;
  getName(): string;
  getCustom(): boolean;
  getObject(): { toJavaScript(): Record<string, unknown> };
}

/** Methods of MockMonitor, which take a request where a server's handlers take a call. */
function monitorHandlers(monitor: MockMonitor, sent: Declared[]): grpc.UntypedServiceImplementation {
  const methods = [
    'getDeploymentInfo',
    'supportsFeature',
    'invoke',
    'registerResource',
    'registerResourceOutputs',
    'registerPackage',
  ] as const;
  const handlers = methods.map((name): [string, Unary] => [
    name,
    ({ request }, callback) => {
      if (name === 'registerResource') note(request as RegisterRequest, sent);
      // It answers some calls with plain objects, which do not travel.
      (monitor[name] as (request: unknown, callback: unknown) => void)(
        request,
        (error: Error | null, response: unknown) =>
          callback(
            error && { code: grpc.status.UNKNOWN, message: error.message },
            name === 'registerResourceOutputs' ? empty() : response,
          ),
      );
    },
  ]);
  const done: Unary = (_call, callback) => callback(null, empty());
  return { ...Object.fromEntries(handlers), signalAndWaitForShutdown: done };
}

function note(request: RegisterRequest, sent: Declared[]): void {
  const [type, name] = [request.getType(), request.getName()];
  if (request.getCustom() && type.startsWith('gcp:'))
    sent.push({ type, name, inputs: request.getObject().toJavaScript() });
}

export function engineHandlers(lines: string[]): grpc.UntypedServiceImplementation {
  let root = '';
  const done: Unary = (_call, callback) => callback(null, empty());
  const log: grpc.handleUnaryCall<engineMessages.LogRequest, unknown> = ({ request }, callback) => {
    if (request.getSeverity() > 0) lines.push(request.getMessage());
    callback(null, empty());
  };
  const setRootResource: grpc.handleUnaryCall<
    engineMessages.SetRootResourceRequest,
    engineMessages.SetRootResourceResponse
  > = ({ request }, callback) => {
    root = request.getUrn();
    callback(null, new engineMessages.SetRootResourceResponse());
  };
  const getRootResource: grpc.handleUnaryCall<unknown, engineMessages.GetRootResourceResponse> = (
    _call,
    callback,
  ) => {
    const response = new engineMessages.GetRootResourceResponse();
    response.setUrn(root);
    callback(null, response);
  };
  return { log, setRootResource, getRootResource, requirePulumiVersion: done, startDebugging: done };
}

export async function listening(server: grpc.Server): Promise<string> {
  const port = await new Promise<number>((resolve, reject) =>
    server.bindAsync('127.0.0.1:0', grpc.ServerCredentials.createInsecure(), (error, bound) =>
      error === null ? resolve(bound) : reject(error),
    ),
  );
  return `127.0.0.1:${port}`;
}

export interface RunOptions {
  readonly config: Readonly<Record<string, string>>;
  /** Settings that are encrypted. */
  readonly secret?: readonly string[];
  /** As `pulumi preview` of an empty project: nothing is known but what is put in. */
  readonly preview?: boolean;
}

/** Runs a TypeScript program as `pulumi up` would: by the SDK's own runner, in a process of its own. */
export async function runProgram(
  program: { readonly folder: string; readonly file: string },
  { config, secret = [], preview = false }: RunOptions,
): Promise<Run> {
  const evaluation: Evaluation = { declared: [], dependencies: new Map(), unexpected: [] };
  const mocks = recorder(evaluation, preview ? 'inputs' : 'everything');
  await pulumi.runtime.setMocks(mocks, 'segue', 'dev');
  const lines: string[] = [];
  const sent: Declared[] = [];
  const server = new grpc.Server();
  server.addService(
    monitorServices.ResourceMonitorService as never,
    monitorHandlers(new MockMonitor(mocks), sent),
  );
  server.addService(engineServices.EngineService as never, engineHandlers(lines));
  const address = await listening(server);
  try {
    const exitCode = await new Promise<number | null>((resolve, reject) => {
      const child = spawn(
        process.execPath,
        [
          join(SDK, 'run'),
          `--monitor=${address}`,
          `--engine=${address}`,
          '--project=segue',
          '--stack=dev',
          '--parallel=64',
          ...(preview ? ['--dry-run'] : []),
          `--pwd=${program.folder}`,
          program.file,
        ],
        {
          cwd: program.folder,
          env: {
            ...process.env,
            // As Pulumi.yaml says: options.typescript is false.
            PULUMI_NODEJS_TYPESCRIPT: 'false',
            PULUMI_CONFIG: JSON.stringify(config),
            PULUMI_CONFIG_SECRET_KEYS: JSON.stringify(secret),
          },
        },
      );
      for (const stream of [child.stdout, child.stderr])
        stream.on('data', (chunk: Buffer) => lines.push(chunk.toString()));
      child.on('error', reject);
      child.on('close', resolve);
    });
    return { ...evaluation, exitCode, told: lines.join('\n'), sent };
  } finally {
    server.forceShutdown();
  }
}
