/** The signing keys in Secret Manager. Their value comes from encrypted configuration or from elsewhere, never from code. */
import * as gcp from '@pulumi/gcp';
import * as pulumi from '@pulumi/pulumi';
import type { SegueConfig } from './config.ts';

export interface SecretsArgs {
  readonly config: SegueConfig;
  /** The setting signingKeys as an encrypted output. */
  readonly signingKeys: pulumi.Input<string> | undefined;
}

/** Where a function finds a secret. */
export interface SecretPlace {
  readonly secretId: pulumi.Output<string>;
  readonly version: pulumi.Output<string>;
}

export class Secrets extends pulumi.ComponentResource {
  /** Undefined where tokens come from an OIDC issuer only. */
  readonly signingKeys: SecretPlace | undefined;

  constructor(name: string, { config, signingKeys }: SecretsArgs, opts?: pulumi.ComponentResourceOptions) {
    super('segue:gcp:Secrets', name, {}, opts);
    if (config.signingKeys === 'managed') {
      if (signingKeys === undefined)
        throw new Error('The setting signingKeys is named and its value is missing.');
      this.signingKeys = this.#managed(config, signingKeys);
    } else if (config.signingKeys !== undefined) {
      const { secret } = config.signingKeys;
      this.signingKeys = { secretId: pulumi.output(secret), version: pulumi.output('latest') };
    }
    this.registerOutputs();
  }

  #managed({ project, region, labels }: SegueConfig, value: pulumi.Input<string>): SecretPlace {
    const secret = new gcp.secretmanager.Secret(
      'signing-keys',
      {
        project,
        secretId: 'segue-signing-keys',
        replication: { userManaged: { replicas: [{ location: region }] } },
        labels,
      },
      { parent: this },
    );
    const version = new gcp.secretmanager.SecretVersion(
      'signing-keys-value',
      {
        secret: pulumi.interpolate`projects/${project}/secrets/${secret.secretId}`,
        secretData: pulumi.secret(value),
      },
      // A rotated key is there before the functions name it, and the old one goes after.
      { parent: this },
    );
    return { secretId: secret.secretId, version: version.version };
  }
}
