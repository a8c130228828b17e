/** A stack's program and configuration as the CLI hands them over. */
import { readFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { parse } from 'yaml';
import { ROOT } from './engine.ts';

export const PULUMI_YAML = parse(readFileSync(join(ROOT, 'Pulumi.yaml'), 'utf8')) as {
  readonly main: string;
  readonly runtime: { readonly name: string; readonly options: { readonly typescript: boolean } };
};

/** What `main` names, started in its folder. */
export const PROGRAM = {
  folder: join(ROOT, dirname(PULUMI_YAML.main)),
  file: basename(PULUMI_YAML.main),
};

/** Settings by their whole names. */
export function configOf(settings: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(settings).map(([key, value]) => [
      `${['project', 'region'].includes(key) ? 'gcp' : 'segue'}:${key}`,
      value,
    ]),
  );
}
