/** The part of the repository's lockfile that a function's dependencies need, so that a build installs what was tested. */

interface LockedPackage {
  readonly version?: string;
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly optionalDependencies?: Readonly<Record<string, string>>;
  readonly peerDependencies?: Readonly<Record<string, string>>;
  readonly peerDependenciesMeta?: Readonly<Record<string, { readonly optional?: boolean }>>;
  readonly dev?: boolean;
  readonly [field: string]: unknown;
}

/** package-lock.json, version 3. */
export interface Lockfile {
  readonly lockfileVersion: number;
  readonly packages: Readonly<Record<string, LockedPackage>>;
}

export interface Manifest {
  readonly name: string;
  readonly version: string;
  readonly dependencies: Readonly<Record<string, string>>;
  readonly [field: string]: unknown;
}

const MODULES = 'node_modules/';

/** Where Node finds `name` from a package at `from`, as a key of the lockfile; undefined where it is not installed. */
function resolve(lock: Lockfile, from: string, name: string): string | undefined {
  for (let folder = from; ; ) {
    const key = folder === '' ? `${MODULES}${name}` : `${folder}/${MODULES}${name}`;
    if (lock.packages[key] !== undefined) return key;
    if (folder === '') return undefined;
    const parent = folder.lastIndexOf(`/${MODULES}`);
    folder = parent < 0 ? '' : folder.slice(0, parent);
  }
}

/** What a package cannot do without, and what it may. */
function needsOf(entry: LockedPackage): { name: string; optional: boolean }[] {
  const optionalPeers = entry.peerDependenciesMeta ?? {};
  return [
    ...Object.keys(entry.dependencies ?? {}).map((name) => ({ name, optional: false })),
    ...Object.keys(entry.optionalDependencies ?? {}).map((name) => ({ name, optional: true })),
    ...Object.keys(entry.peerDependencies ?? {}).map((name) => ({
      name,
      optional: optionalPeers[name]?.optional === true,
    })),
  ];
}

/** Exact versions of the named packages, as the lockfile has them at its top. Throws where one is not there. */
export function lockedVersions(lock: Lockfile, names: readonly string[]): Record<string, string> {
  return Object.fromEntries(
    names.map((name) => {
      const version = lock.packages[`${MODULES}${name}`]?.version;
      if (version === undefined) throw new Error(`package-lock.json has no ${name}.`);
      return [name, version];
    }),
  );
}

/**
 * A lockfile for `manifest` with every package its dependencies reach, at the places where they are in `lock`.
 * `npm ci` accepts it with that manifest. Throws where something needed is not locked.
 */
export function pruneLockfile(lock: Lockfile, manifest: Manifest): Lockfile & Pick<Manifest, 'name'> {
  const kept = new Map<string, LockedPackage>();
  const visit = (from: string, name: string, optional: boolean): void => {
    const key = resolve(lock, from, name);
    const entry = key === undefined ? undefined : lock.packages[key];
    if (key === undefined || entry === undefined) {
      if (optional) return;
      throw new Error(`package-lock.json has no ${name}, which ${from || manifest.name} needs.`);
    }
    if (kept.has(key)) return;
    const { dev: _dev, devOptional: _devOptional, ...production } = entry;
    kept.set(key, production);
    for (const need of needsOf(entry)) visit(key, need.name, need.optional);
  };
  for (const name of Object.keys(manifest.dependencies)) visit('', name, false);
  const packages = [...kept].sort(([a], [b]) => (a < b ? -1 : 1));
  const { name, version, dependencies } = manifest;
  return {
    name,
    lockfileVersion: lock.lockfileVersion,
    packages: { '': { name, version, dependencies }, ...Object.fromEntries(packages) },
  };
}
