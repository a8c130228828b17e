/** Declared resources as rules read them, be they collected from mocks or handed over by Pulumi's engine. */

export interface Declared {
  /** As `gcp:pubsub/topic:Topic`. */
  readonly type: string;
  /** The logical name. */
  readonly name: string;
  readonly inputs: Readonly<Record<string, unknown>>;
}

/** A rule over everything a stack declares. */
export interface Rule {
  readonly name: string;
  readonly description: string;
  /** One sentence for each breach; empty where it holds. */
  readonly check: (resources: readonly Declared[]) => string[];
}

/** Resources of a type, given without the provider: `pubsub/topic:Topic`. */
export function ofType(resources: readonly Declared[], type: string): Declared[] {
  return resources.filter((resource) => resource.type === `gcp:${type}`);
}

/** The value at a dotted path of the inputs, undefined where any part of it is missing; the engine's null is missing. */
export function at(resource: Declared, path: string): unknown {
  return path
    .split('.')
    .reduce<unknown>(
      (value, key) =>
        typeof value === 'object' && value !== null
          ? ((value as Record<string, unknown>)[key] ?? undefined)
          : undefined,
      resource.inputs,
    );
}

/** As at(), of what should be text; empty where it is missing. */
export function textAt(resource: Declared, path: string): string {
  const value = at(resource, path);
  return typeof value === 'string' ? value : '';
}

/** As at(), of what should be a list of objects; empty where it is missing. */
export function listAt(resource: Declared, path: string): readonly Readonly<Record<string, unknown>>[] {
  const value = at(resource, path);
  return Array.isArray(value) ? value : [];
}

/** `listens` of `projects/p/topics/listens`, and of `listens`. */
export function lastPart(id: string): string {
  return id.slice(id.lastIndexOf('/') + 1);
}

/** Whether a text is as the pattern says, in which a star stands for anything but nothing. */
export function isLike(text: string, pattern: string): boolean {
  const parts = pattern.split('*').map((part) => part.replaceAll(/[.+?^${}()|[\]\\]/g, '\\$&'));
  return new RegExp(`^${parts.join('.+')}$`).test(text);
}

/** `pubsub.Topic listens`, to name a resource in a sentence. */
export function titleOf({ type, name }: Pick<Declared, 'type' | 'name'>): string {
  const [, module = '', kind = ''] = /^gcp:([^/]+)\/[^:]+:(.+)$/.exec(type) ?? [];
  return module === '' ? `${type} ${name}` : `${module}.${kind} ${name}`;
}

/** The size that labels tell, undefined where nothing is labelled. */
export function sizeOf(resources: readonly Declared[]): string | undefined {
  for (const resource of resources) {
    const size = textAt(resource, 'labels.size');
    if (size !== '') return size;
  }
  return undefined;
}
