/** Firestore: one database of small documents. */
import * as gcp from '@pulumi/gcp';
import * as pulumi from '@pulumi/pulumi';
import { FIRESTORE_DATABASE } from '../../shared/schema/cloud.ts';
import type { SegueConfig } from './config.ts';

/** Collections whose documents end by themselves, at the instant in their field `expiresAt`. */
const EXPIRING = ['sessions', 'blend-days'] as const;

export class Documents extends pulumi.ComponentResource {
  readonly database: gcp.firestore.Database;

  constructor(name: string, config: SegueConfig, opts?: pulumi.ComponentResourceOptions) {
    super('segue:gcp:Documents', name, {}, opts);
    const { project } = config;
    this.database = new gcp.firestore.Database(
      'documents',
      {
        project,
        name: FIRESTORE_DATABASE,
        locationId: config.region,
        type: 'FIRESTORE_NATIVE',
        concurrencyMode: 'OPTIMISTIC',
        pointInTimeRecoveryEnablement: 'POINT_IN_TIME_RECOVERY_ENABLED',
        deleteProtectionState: config.deletionProtection
          ? 'DELETE_PROTECTION_ENABLED'
          : 'DELETE_PROTECTION_DISABLED',
        deletionPolicy: config.deletionProtection ? 'PREVENT' : 'DELETE',
      },
      { parent: this },
    );
    for (const collection of EXPIRING)
      new gcp.firestore.Field(
        `${collection}-expiry`,
        {
          project,
          database: this.database.name,
          collection,
          field: 'expiresAt',
          ttlConfig: {},
          // Nothing is looked up by when it ends, and an index on a rising instant is a hot spot.
          indexConfig: {},
        },
        { parent: this },
      );
    this.registerOutputs();
  }
}
