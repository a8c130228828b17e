/** Buckets for sources and for what templates read and write, and the repository of built images. */
import * as gcp from '@pulumi/gcp';
import * as pulumi from '@pulumi/pulumi';
import type { SegueConfig } from './config.ts';

/** Days for which files are kept that something left, or that were loaded long since. */
const TEMPORARY_DAYS = 30;

export class Storage extends pulumi.ComponentResource {
  /** Zipped sources by content hash. */
  readonly source: gcp.storage.Bucket;
  /** Temporary files of templates. */
  readonly staging: gcp.storage.Bucket;
  /** History to be loaded (backfill.ts). */
  readonly import: gcp.storage.Bucket;
  readonly images: gcp.artifactregistry.Repository;

  constructor(name: string, config: SegueConfig, opts?: pulumi.ComponentResourceOptions) {
    super('segue:gcp:Storage', name, {}, opts);
    const { project, region, labels } = config;
    const bucket = (purpose: string, rest: Partial<gcp.storage.BucketArgs>) =>
      new gcp.storage.Bucket(
        purpose,
        {
          project,
          name: `${project}-segue-${purpose}`,
          location: region.toUpperCase(),
          uniformBucketLevelAccess: true,
          publicAccessPrevention: 'enforced',
          forceDestroy: !config.deletionProtection,
          labels,
          ...rest,
        },
        { parent: this },
      );
    this.source = bucket('source', {});
    const temporary = {
      lifecycleRules: [{ action: { type: 'Delete' }, condition: { age: TEMPORARY_DAYS } }],
      // Not worth keeping a week after they are deleted.
      softDeletePolicy: { retentionDurationSeconds: 0 },
    };
    this.staging = bucket('staging', temporary);
    this.import = bucket('import', temporary);
    this.images = new gcp.artifactregistry.Repository(
      'images',
      {
        project,
        location: region,
        repositoryId: 'segue',
        format: 'DOCKER',
        description: 'Images of Segue’s functions',
        cleanupPolicies: [
          { id: 'keep-ten', action: 'KEEP', mostRecentVersions: { keepCount: 10 } },
          { id: 'delete-old', action: 'DELETE', condition: { olderThan: '2592000s' } },
        ],
        labels,
      },
      { parent: this },
    );
    this.registerOutputs();
  }
}
