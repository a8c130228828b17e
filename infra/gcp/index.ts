/** What `pulumi up` runs: configuration, bundles, the stack. */
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import * as pulumi from '@pulumi/pulumi';
import { buildBundles } from './bundles.ts';
import { ConfigError, readConfig, type SegueConfig } from './config.ts';
import { Segue } from './program.ts';
import { settingsOf } from './settings.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
const settings = new pulumi.Config('segue');
const config = configured();

/** What is wrong with the settings is told as it is, without the way through this program. */
function configured(): SegueConfig {
  try {
    return readConfig(settingsOf(pulumi.runtime.allConfig()));
  } catch (error) {
    throw error instanceof ConfigError ? new pulumi.RunError(error.message) : error;
  }
}

export const {
  ingestUrl,
  serveUrl,
  sessionsUrl,
  mcpUrl,
  rebuildUrl,
  tryIngest,
  tryServe,
  trySession,
  tryAgent,
  tryRebuild,
  tryBackfill,
  edgeAddress,
} = new Segue('segue', {
  config,
  bundles: await buildBundles(root),
  listensProto: readFileSync(new URL('../../shared/schema/listens.proto', import.meta.url), 'utf8'),
  signingKeys: settings.getSecret('signingKeys'),
}).outputs;
