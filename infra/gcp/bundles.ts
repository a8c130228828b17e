/** What is uploaded for each function: its code, its manifest and its lockfile, in a zip named by content. */
import { createHash } from 'node:crypto';
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
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

/** Generated code for schemas, and schemas out of JSON Schema: nobody asks for either, and zod keeps them within reach. */
const UNUSED_OF_ZOD: Plugin = {
  name: 'unused-of-zod',
  setup({ onLoad }) {
    onLoad(
      { filter: /[\\/]zod[\\/]v4[\\/](core[\\/]compile|classic[\\/]from-json-schema)\.js$/ },
      async ({ path }) => {
        const exported = (await readFile(path, 'utf8')).matchAll(/^export (?:const|class|function) (\w+)/gm);
        return {
          contents: [...exported].map(([, name]) => `export const ${name} = undefined;`).join('\n'),
          loader: 'js',
        };
      },
    );
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

/** Logs go to the standard output of the process that writes them: the package that writes from a thread is not read. */
const NO_LOG_THREADS: Plugin = {
  name: 'no-log-threads',
  setup({ onLoad }) {
    onLoad({ filter: /[\\/]thread-stream[\\/]index\.js$/ }, () => ({
      contents: `module.exports = class { constructor() { throw new Error('Bundles have no log transports.'); } };`,
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
  format: 'esm',
  platform: 'node',
  // Of a package that has both, the modules: what is not used of them is left out.
  mainFields: ['module', 'main'],
  target: `node${NODE_MAJOR}`,
  minifySyntax: true,
  minifyWhitespace: true,
  minifyIdentifiers: true,
  legalComments: 'none',
  banner: { js: BANNER },
  logLevel: 'error',
};

async function bundleCode(root: string, name: FunctionName): Promise<ZipEntry[]> {
  const hosts = PLAIN_HOSTS.includes(name) ? ['index.ts', 'server.ts'] : ['index.ts'];
  const own = await build({
    ...SHARED,
    entryPoints: hosts.map((host) => join(root, 'functions', name, host)),
    absWorkingDir: root,
    outdir: join(root, '.bundles'),
    // What hosts have in common is there once, and what is imported on demand is a file of its own.
    splitting: true,
    // What reads a stack trace on demand; Node itself opens it only with --enable-source-maps.
    sourcemap: 'linked',
    sourcesContent: false,
    plugins: [ENGLISH_ONLY, UNUSED_OF_ZOD, MEMORY_ONLY, NO_LOG_THREADS, CREDENTIALS_APART],
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
    name: basename(path),
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
