/** The arrows of the layout as rules over import statements, so that the test can also be given bad samples. */
import { readFileSync } from 'node:fs';
import { posix, relative, sep } from 'node:path';
import ts from 'typescript';

/** A source file's imports: packages by name, files by their path from the repository's root. */
export interface SourceFile {
  readonly path: string;
  readonly imports: readonly string[];
  readonly hasDefaultExport: boolean;
}

/** Builtins without effects. */
const PURE_BUILTINS = ['node:crypto', 'node:buffer'];

/** Reads the imports of one file; `path` is relative to the root, with forward slashes. */
export function parseSource(path: string, text: string): SourceFile {
  const { importedFiles } = ts.preProcessFile(text, true, true);
  const imports = importedFiles.map(({ fileName }) =>
    fileName.startsWith('.') ? posix.normalize(posix.join(posix.dirname(path), fileName)) : fileName,
  );
  // A worker's or a child's file is named by URL, which is an import in all but syntax.
  for (const [, file] of text.matchAll(/new URL\(\s*'(\.[^']*\.ts)',\s*import\.meta\.url/g))
    imports.push(posix.normalize(posix.join(posix.dirname(path), file ?? '')));
  return { path, imports, hasDefaultExport: exportsDefault(path, text) };
}

export function readSource(root: string, file: string): SourceFile {
  return parseSource(relative(root, file).split(sep).join('/'), readFileSync(file, 'utf8'));
}

function exportsDefault(path: string, text: string): boolean {
  const { statements } = ts.createSourceFile(path, text, ts.ScriptTarget.Latest);
  return statements.some((statement) => {
    if (ts.isExportAssignment(statement)) return true;
    if (
      ts.isExportDeclaration(statement) &&
      statement.exportClause &&
      ts.isNamedExports(statement.exportClause)
    )
      return statement.exportClause.elements.some(({ name }) => name.text === 'default');
    return (
      ts.canHaveModifiers(statement) &&
      (ts.getModifiers(statement)?.some(({ kind }) => kind === ts.SyntaxKind.DefaultKeyword) ?? false)
    );
  });
}

/** Where files may import from, by the folder they are in; the longest folder that matches decides. */
const MAY_IMPORT: Readonly<Record<string, readonly string[]>> = {
  'shared/domain': ['shared/domain'],
  shared: ['shared'],
  functions: ['functions', 'shared'],
  'infra/local': ['infra/local', 'functions', 'shared'],
  'infra/gcp': ['infra/gcp', 'shared/schema', 'shared/sql/stages.ts', 'shared/sql/stage.ts'],
  test: ['test', 'infra', 'functions', 'shared'],
};

/** These speak of stores through ports only. */
const ADAPTER_FREE = [
  'api',
  'auth',
  'domain',
  'errors.ts',
  'evaluation',
  'import',
  'logging',
  'ports',
  'rows',
  'schema',
  'serving',
  'simulation',
  'sql',
].map((name) => `shared/${name}`);
const ADAPTERS = ['shared/embedded', 'shared/google'];

/** Packages that only some files may use: the pattern of the package, then of the files. A bench measures against the bare framework. */
const KEPT_PACKAGES: readonly (readonly [string, RegExp, RegExp])[] = [
  ['@google-cloud/*', /^@google-cloud\//, /^(shared\/google|test)\//],
  [
    'the Functions Framework',
    /^@google-cloud\/functions-framework/,
    /^(functions\/[^/]+\/index\.ts$|test\/)/,
  ],
  ['Pulumi', /^@pulumi\//, /^(infra\/gcp|test\/infra\/gcp)\//],
  ['lmdb', /^lmdb(\/|$)/, /^(shared\/embedded|test)\//],
  ['@duckdb/node-api', /^@duckdb\//, /^(shared\/embedded|test)\//],
];
const FRAMEWORK = '@google-cloud/functions-framework';

/** Everything wrong with one file, each in a sentence. */
export function violations({ path, imports, hasDefaultExport }: SourceFile): string[] {
  const found = imports.flatMap((name) =>
    isPath(name) ? pathProblems(path, name) : packageProblems(path, name),
  );
  // Vitest reads its configuration from a default export.
  if (hasDefaultExport && path !== 'vitest.config.ts') found.push(`${path} has a default export`);
  return found;
}

function isPath(name: string): boolean {
  return /^(\.\.\/|shared\/|functions\/|infra\/|test\/)/.test(name);
}

function isWithin(path: string, folder: string): boolean {
  return path === folder || path.startsWith(`${folder}/`);
}

function pathProblems(path: string, target: string): string[] {
  const problems: string[] = [];
  const folder = Object.keys(MAY_IMPORT)
    .filter((candidate) => isWithin(path, candidate))
    .sort((a, b) => b.length - a.length)[0];
  const allowed = folder === undefined ? [] : (MAY_IMPORT[folder] ?? []);
  if (!allowed.some((candidate) => isWithin(target, candidate))) problems.push(`${path} imports ${target}`);
  const isPortOnly = ADAPTER_FREE.some((candidate) => isWithin(path, candidate));
  if (isPortOnly && ADAPTERS.some((adapter) => isWithin(target, adapter)))
    problems.push(`${path} imports the adapter ${target} instead of a port`);
  return problems;
}

function packageProblems(path: string, name: string): string[] {
  if (isWithin(path, 'shared/domain') && !PURE_BUILTINS.includes(name))
    return [`${path} imports ${name}; the domain is pure`];
  return KEPT_PACKAGES.flatMap(([title, isPackage, isAllowed]) => {
    if (!isPackage.test(name) || isAllowed.test(path)) return [];
    if (name.startsWith(FRAMEWORK) && title === '@google-cloud/*') return [];
    return [`${path} imports ${title}`];
  });
}

/** The first level of folders: `functions`, `infra/local`, `infra/gcp`, `test`, and each folder of shared. */
export function folderOf(path: string): string {
  const [first = '', second = ''] = path.split('/');
  return first === 'shared' || first === 'infra' ? `${first}/${second}` : first;
}

/** Circles among folders, each as `a → b → a`; empty when there are none. */
export function folderCycles(files: readonly SourceFile[]): string[] {
  const edges = new Map<string, Set<string>>();
  for (const { path, imports } of files)
    for (const target of imports.filter(isPath)) {
      const [from, to] = [folderOf(path), folderOf(target)];
      if (from !== to) edges.set(from, (edges.get(from) ?? new Set()).add(to));
    }
  const cycles = new Set<string>();
  const done = new Set<string>();
  const walk = (folder: string, trail: readonly string[]) => {
    const start = trail.indexOf(folder);
    if (start >= 0) {
      cycles.add([...trail.slice(start), folder].join(' → '));
      return;
    }
    if (done.has(folder)) return;
    for (const next of edges.get(folder) ?? []) walk(next, [...trail, folder]);
    done.add(folder);
  };
  for (const folder of edges.keys()) walk(folder, []);
  return [...cycles];
}
