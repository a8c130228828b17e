/** Runs the program without Pulumi's engine and collects what it declares; what the program should not know of throws. */
import { createHash } from 'node:crypto';
import * as pulumi from '@pulumi/pulumi';
import { MockMonitor } from '@pulumi/pulumi/runtime/mocks.js';
import type { Bundles } from '../../../infra/gcp/bundles.ts';
import { readConfig } from '../../../infra/gcp/config.ts';
import type { Outputs } from '../../../infra/gcp/outputs.ts';
import { Segue } from '../../../infra/gcp/program.ts';
import { type Declared, titleOf } from '../../../infra/gcp/rules/declared.ts';
import { CALLS, PLANNED, TYPES } from './known-types.ts';

/** A resource with what it waits for, each as `type name`. */
export interface Collected extends Declared {
  readonly dependencies: readonly string[];
}

export const idOf = ({ type, name }: Pick<Declared, 'type' | 'name'>): string => `${type} ${name}`;

/** What happened in one evaluation. */
export interface Evaluation {
  readonly declared: Declared[];
  /** By idOf(). */
  readonly dependencies: Map<string, readonly string[]>;
  readonly unexpected: string[];
}

/**
 * Mocks that write down every resource of the provider, and everything that they do not know: an error thrown here,
 * in the middle of Pulumi's promises, would be one that no test catches. `inputs`: nothing is there yet, so only what was
 * put in is known of it.
 */
export function recorder(
  { declared, unexpected }: Evaluation,
  known: 'everything' | 'inputs' = 'everything',
): pulumi.runtime.Mocks {
  const seen = new Set<string>();
  return {
    newResource({ type, name, inputs, custom }) {
      if (type === 'pulumi:pulumi:Stack' || (custom === false && type.startsWith('segue:gcp:')))
        return { id: undefined, state: inputs };
      const computed = TYPES[type];
      if (computed === undefined)
        unexpected.push(`The program declares ${name} of the unexpected type ${type}.`);
      if (seen.has(`${type} ${name}`))
        unexpected.push(`The program declares ${titleOf({ type, name })} twice.`);
      seen.add(`${type} ${name}`);
      declared.push({ type, name, inputs });
      if (known === 'inputs')
        return { id: undefined, state: { ...inputs, ...(PLANNED[type]?.(inputs, name) ?? {}) } };
      const { id = `${name}-id`, ...state } = computed?.(inputs, name) ?? {};
      return { id: String(id), state: { ...inputs, ...state } };
    },
    call({ token, inputs }) {
      const call = CALLS[token];
      if (call === undefined) unexpected.push(`The program calls the unexpected ${token}.`);
      return call?.(inputs) ?? {};
    },
  };
}

/** The monitor's own request, which says more than mocks are told. */
interface RegisterRequest {
  getType(): string;
  getName(): string;
  getDependenciesList(): string[];
}

/** `gcp:pubsub/topic:Topic listens` of `urn:pulumi:stack::project::parent$gcp:pubsub/topic:Topic::listens`. */
function idOfUrn(urn: string): string {
  const [, , types = '', name = ''] = urn.split('::');
  return `${types.slice(types.lastIndexOf('$') + 1)} ${name}`;
}

export const FAKE_PROTO = 'syntax = "proto3";\nmessage Listen {\n  string event_id = 1;\n}\n';

export const FAKE_BUNDLES: Bundles = Object.fromEntries(
  (['ingest', 'update-signals', 'rebuild', 'serve', 'sessions', 'agent'] as const).map((name) => [
    name,
    { zip: `/nowhere/${name}.zip`, sha256: createHash('sha256').update(name).digest('hex') },
  ]),
) as { [Name in keyof Bundles]: Bundles[Name] };

/**
 * Runs `program` under the mocks; returns what it declares, sorted, and its outputs. Throws what it was not to declare
 * or call.
 */
export async function collect(
  size: string,
  program: () => Readonly<Record<string, pulumi.Input<string>>>,
): Promise<{ resources: Collected[]; outputs: Record<string, string> }> {
  const evaluation: Evaluation = { declared: [], dependencies: new Map(), unexpected: [] };
  const { declared, dependencies, unexpected } = evaluation;
  const { prototype } = MockMonitor;
  const original = prototype.registerResource;
  prototype.registerResource = function (request: RegisterRequest, callback) {
    const id = idOf({ type: request.getType(), name: request.getName() });
    dependencies.set(id, request.getDependenciesList().map(idOfUrn));
    return original.call(this, request, callback);
  };
  try {
    await pulumi.runtime.setMocks(recorder(evaluation), 'segue', size);
    const outputs = await resolved(pulumi.all(program()));
    await pulumi.runtime.disconnect();
    if (unexpected.length > 0) throw new Error(unexpected.join('\n'));
    const resources = declared
      .map((one) => ({ ...one, dependencies: dependencies.get(idOf(one)) ?? [] }))
      .sort((a, b) => idOf(a).localeCompare(idOf(b), 'en'));
    return { resources, outputs };
  } finally {
    prototype.registerResource = original;
  }
}

export interface Evaluated {
  readonly resources: readonly Collected[];
  readonly outputs: Readonly<Record<keyof Outputs, string>>;
}

const evaluated = new Map<string, Promise<Evaluated>>();

/**
 * Runs the whole program with settings as texts, and bundles that nobody built; once for the same settings. Mocks are the
 * process's own, so evaluations take turns.
 */
export async function evaluate(settings: Readonly<Record<string, string>>): Promise<Evaluated> {
  const key = JSON.stringify(Object.entries(settings).sort());
  const known = evaluated.get(key);
  if (known !== undefined) return known;
  const others = Promise.allSettled(evaluated.values());
  const own = others.then(() => evaluateNow(settings));
  evaluated.set(key, own);
  return own;
}

async function evaluateNow(settings: Readonly<Record<string, string>>): Promise<Evaluated> {
  const config = readConfig({ get: (key) => settings[key], keys: () => Object.keys(settings) });
  const stack = {
    config,
    bundles: FAKE_BUNDLES,
    listensProto: FAKE_PROTO,
    signingKeys: settings.signingKeys,
  };
  const { resources, outputs } = await collect(config.size, () => ({
    ...new Segue('segue', stack).outputs,
  }));
  return { resources, outputs: outputs as Record<keyof Outputs, string> };
}

function resolved<T>(output: pulumi.Output<T>): Promise<T> {
  return new Promise((resolve) => {
    output.apply(resolve);
  });
}
