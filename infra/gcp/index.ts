/** What `pulumi up` runs: configuration, bundles, the stack. */
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import * as pulumi from '@pulumi/pulumi';
import { buildBundles } from './bundles.ts';
import { readConfig } from './config.ts';
import { Segue } from './program.ts';
import { settingsOf } from './settings.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
const settings = new pulumi.Config('segue');
const config = readConfig(settingsOf(pulumi.runtime.allConfig()));

export const { ingestUrl, serveUrl, rebuildUrl, tryIngest, tryServe, tryRebuild, tryBackfill, edgeAddress } =
  new Segue('segue', {
    config,
    bundles: await buildBundles(root),
    listensProto: readFileSync(new URL('../../shared/schema/listens.proto', import.meta.url), 'utf8'),
    signingKeys: settings.getSecret('signingKeys'),
  }).outputs;
