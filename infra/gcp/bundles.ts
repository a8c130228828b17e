/** What is uploaded for each function: its code as one file, its manifest and its lockfile, in a zip named by content. */
import { createHash } from 'node:crypto';
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type BuildOptions, build, type Plugin } from 'esbuild';
import { type Lockfile, lockedVersions, type Manifest, pruneLockfile } from './lockfile.ts';
import type { FunctionName } from './sizes.ts';
import { packZip, type ZipEntry } from './zip.ts';

const FUNCTION_NAMES: readonly FunctionName[] = [
  'ingest',
  'update-signals',
  'rebuild',
  'serve',
  'sessions',
  'agent',
];

export interface Bundle {
  /** Path of the zip. */
  readonly zip: string;
  /** Of the zip's bytes, in hex. */
  readonly sha256: string;
}
export type Bundles = Readonly<Record<FunctionName, Bundle>>;

const FRAMEWORK = '@google-cloud/functions-framework';
/** Functions whose server.ts is a plain Node host, which goes beside them. */
const PLAIN_HOSTS: readonly FunctionName[] = ['serve'];

/**
 * Packages left out of the file, because they keep a registry that must not be doubled or find files of their own at
 * run time. They are installed from the lockfile instead. The plain Node host of `serve` gets no installation: its
 * server.js holds all it needs.
 */
const EXTERNAL: Readonly<Record<FunctionName, readonly string[]>> = {
  ingest: [FRAMEWORK],
  'update-signals': [FRAMEWORK],
  serve: [FRAMEWORK],
  rebuild: [FRAMEWORK, '@google-cloud/firestore'],
  sessions: [FRAMEWORK, '@google-cloud/firestore'],
  agent: [FRAMEWORK, '@google-cloud/firestore'],
};

const NODE_MAJOR = 24;

/** CommonJS packages in the file still ask for Node's own modules by require. */
const BANNER = `import { createRequire as __createRequire } from 'node:module';
const require = __createRequire(import.meta.url);`;

/** Zod brings its messages in fifty languages, a fifth of the file; only English is ever asked for. */
const ENGLISH_ONLY: Plugin = {
  name: 'english-only',
  setup({ onLoad }) {
    onLoad({ filter: /[\\/]zod[\\/]v4[\\/]locales[\\/]index\.js$/ }, () => ({
      contents: "export { default as en } from './en.js';",
      loader: 'js',
    }));
  },
};

/** The counter in memory alone; the package reads its counters for twenty stores whenever it is read. */
const MEMORY_ONLY: Plugin = {
  name: 'memory-only',
  setup({ onLoad }) {
    onLoad({ filter: /[\\/]rate-limiter-flexible[\\/]index\.js$/ }, () => ({
      contents: `module.exports = {
        RateLimiterMemory: require('./lib/RateLimiterMemory'),
        RateLimiterRes: require('./lib/RateLimiterRes'),
      };`,
      loader: 'js',
    }));
  },
};

/** A file of its own, read when credentials are asked for: a third of all code, and a cold start needs it last. */
const CREDENTIALS = {
  package: 'google-auth-library',
  file: 'google-auth.js',
  names: ['GoogleAuth'],
} as const;

const CREDENTIALS_APART: Plugin = {
  name: 'credentials-apart',
  setup({ onResolve }) {
    onResolve({ filter: new RegExp(`^${CREDENTIALS.package}$`) }, () => ({
      path: `./${CREDENTIALS.file}`,
      external: true,
    }));
  },
};

const SHARED: BuildOptions = {
  write: false,
  bundle: true,
  splitting: false,
  format: 'esm',
  platform: 'node',
  target: `node${NODE_MAJOR}`,
  minifySyntax: true,
  minifyWhitespace: true,
  minifyIdentifiers: true,
  legalComments: 'none',
  banner: { js: BANNER },
  logLevel: 'error',
};

async function bundleCode(root: string, name: FunctionName): Promise<ZipEntry[]> {
  const folder = join(root, 'functions', name);
  const entryPoints = [join(folder, 'index.ts')];
  if (PLAIN_HOSTS.includes(name)) entryPoints.push(join(folder, 'server.ts'));
  const own = await build({
    ...SHARED,
    entryPoints,
    absWorkingDir: root,
    outdir: join(root, '.bundles'),
    // What reads a stack trace on demand; Node itself opens it only with --enable-source-maps.
    sourcemap: 'linked',
    sourcesContent: false,
    plugins: [ENGLISH_ONLY, MEMORY_ONLY, CREDENTIALS_APART],
    external: [...EXTERNAL[name]],
  });
  const credentials = await build({
    ...SHARED,
    stdin: {
      contents: `export { ${CREDENTIALS.names.join(', ')} } from '${CREDENTIALS.package}';`,
      resolveDir: root,
    },
    absWorkingDir: root,
    outfile: join(root, '.bundles', CREDENTIALS.file),
  });
  return [...(own.outputFiles ?? []), ...(credentials.outputFiles ?? [])].map(({ path, contents }) => ({
    name: path.slice(path.lastIndexOf('/') + 1),
    content: contents,
  }));
}

function manifestOf(name: FunctionName, lock: Lockfile, hasServer: boolean): Manifest {
  return {
    name: `segue-${name}`,
    version: '1.0.0',
    private: true,
    type: 'module',
    main: 'index.js',
    engines: { node: `${NODE_MAJOR}` },
    ...(hasServer && { scripts: { start: 'node server.js' } }),
    dependencies: lockedVersions(lock, EXTERNAL[name]),
  };
}

async function filesOf(root: string, name: FunctionName, lock: Lockfile): Promise<ZipEntry[]> {
  const code = await bundleCode(root, name);
  const manifest = manifestOf(name, lock, PLAIN_HOSTS.includes(name));
  const text = (value: unknown) => `${JSON.stringify(value, null, 2)}\n`;
  const files: ZipEntry[] = [
    ...code,
    { name: 'package.json', content: text(manifest) },
    { name: 'package-lock.json', content: text(pruneLockfile(lock, manifest)) },
  ];
  if (name !== 'rebuild') return files;
  // The stages stay files, as they are in the repository: what a job ran can be read beside the code that sent it.
  const stages = join(root, 'shared/sql/stages');
  for (const file of (await readdir(stages)).filter((entry) => entry.endsWith('.sql')))
    files.push({ name: `stages/${file}`, content: await readFile(join(stages, file)) });
  return files;
}

/** Builds every function's zip into `.bundles/` below `root`. The same sources give the same bytes. */
export async function buildBundles(root: string): Promise<Bundles> {
  const lock = JSON.parse(await readFile(join(root, 'package-lock.json'), 'utf8')) as Lockfile;
  const folder = join(root, '.bundles');
  await mkdir(folder, { recursive: true });
  const built = await Promise.all(
    FUNCTION_NAMES.map(async (name) => {
      const zip = await packZip(await filesOf(root, name, lock));
      const sha256 = createHash('sha256').update(zip).digest('hex');
      const path = join(folder, `${name}-${sha256}.zip`);
      await writeFile(path, zip);
      return [name, { zip: path, sha256 }] as const;
    }),
  );
  return Object.fromEntries(built) as Record<FunctionName, Bundle>;
}
