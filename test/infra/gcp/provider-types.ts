/**
 * Inputs held against the provider's own types: each resource becomes an object literal of its Args in one generated
 * module, and TypeScript says what is missing, unknown or of the wrong type.
 */
import { readdirSync } from 'node:fs';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import ts from 'typescript';
import type { Declared } from '../../../infra/gcp/rules/declared.ts';

const ROOT = fileURLToPath(new URL('../../../', import.meta.url));
/** Never written: the compiler is given its text. */
const MODULE = `${ROOT}test/infra/gcp/generated-inputs.ts`;
/** Marks a value that Pulumi encrypts. */
const SECRET = '4dabf18193072939515e22adb298388d';

/** Where the provider's types of a resource are, and what its inputs are called there. */
export function typesFile(type: string): { readonly path: string; readonly args: string } {
  const [, module = '', wanted = '', name = ''] = /^gcp:([^/]+)\/([^:]+):(.+)$/.exec(type) ?? [];
  // Files are named as the token but for the case of their letters: gcpolicy.d.ts of gCPolicy.
  const folder = `${dirname(fileURLToPath(import.meta.resolve('@pulumi/gcp')))}/${module}`;
  const file = readdirSync(folder).find((one) => one.toLowerCase() === `${wanted.toLowerCase()}.d.ts`);
  if (file === undefined) throw new Error(`The provider has no types of ${type}.`);
  return { path: `${folder}/${file}`, args: `${name}Args` };
}

/** `@pulumi/gcp/pubsub/topic` and `TopicArgs` of `gcp:pubsub/topic:Topic`. */
function argsOf(type: string): { file: string; name: string } {
  const { path, args } = typesFile(type);
  return { file: path.slice(path.lastIndexOf('@pulumi/gcp')).replace(/\.d\.ts$/, ''), name: args };
}

function literal(value: unknown): string {
  if (value === undefined) return 'undefined';
  if (value === null || typeof value !== 'object') return JSON.stringify(value);
  if (Array.isArray(value)) return `[${value.map(literal).join(', ')}]`;
  const record = value as Record<string, unknown>;
  if (SECRET in record) return literal(record.value);
  // Files and archives travel as objects of Pulumi's own.
  if ('__pulumiAsset' in record) return 'null as never';
  const members = Object.entries(record).filter(([, member]) => member !== undefined);
  return `{ ${members.map(([key, member]) => `${JSON.stringify(key)}: ${literal(member)}`).join(', ')} }`;
}

/** One sentence for each input that the provider's types do not allow, with the resource's name. */
export function typeProblems(resources: readonly Declared[]): string[] {
  const lines = resources.map(({ type, inputs }) => {
    const { file, name } = argsOf(type);
    return `{ const checked: import('${file}.js').${name} = ${literal(inputs)}; }`;
  });
  const options: ts.CompilerOptions = {
    strict: true,
    noEmit: true,
    skipLibCheck: true,
    types: [],
    module: ts.ModuleKind.NodeNext,
    moduleResolution: ts.ModuleResolutionKind.NodeNext,
    target: ts.ScriptTarget.ES2023,
  };
  const host = ts.createCompilerHost(options);
  const { getSourceFile, fileExists } = host;
  const source = ts.createSourceFile(MODULE, lines.join('\n'), ts.ScriptTarget.ES2023, true);
  host.getSourceFile = (name, ...rest) =>
    name === MODULE ? source : getSourceFile.call(host, name, ...rest);
  host.fileExists = (name) => name === MODULE || fileExists.call(host, name);
  const program = ts.createProgram([MODULE], options, host);
  const all = [...program.getSyntacticDiagnostics(source), ...program.getSemanticDiagnostics(source)];
  return all.map((problem) => {
    const line = problem.start === undefined ? 0 : source.getLineAndCharacterOfPosition(problem.start).line;
    const { type, name } = resources[line] ?? { type: 'unknown', name: '' };
    return `${name} (${type}): ${ts.flattenDiagnosticMessageText(problem.messageText, ' ').slice(0, 400)}`;
  });
}
