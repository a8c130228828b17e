/** A stack's settings by their short names: `segue:…` is ours, the provider's own project and region are read as well. */
import type { RawConfig } from './config.ts';

const OF_PROVIDER = ['project', 'region'] as const;

/** Reads from all of a stack's configuration, as `namespace:key` to text. */
export function settingsOf(all: Readonly<Record<string, string>>): RawConfig {
  const isOfProvider = (key: string) => OF_PROVIDER.some((name) => name === key);
  return {
    get: (key) => all[isOfProvider(key) ? `gcp:${key}` : `segue:${key}`],
    keys: () =>
      Object.keys(all)
        .filter((key) => key.startsWith('segue:'))
        .map((key) => key.slice('segue:'.length))
        // Set in our name it would be read by nobody.
        .map((key) => (isOfProvider(key) ? `segue:${key}` : key)),
  };
}
