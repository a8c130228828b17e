/** For `pulumi preview --policy-pack infra/gcp/policy`: a stack that breaks a rule is not deployed. */
import { PolicyPack } from '@pulumi/policy';
import { policies } from './policies.ts';

new PolicyPack('segue', { policies });
