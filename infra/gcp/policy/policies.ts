/** The rules of ../rules.ts as Pulumi's policies over the whole stack. */
import type { StackValidationPolicy } from '@pulumi/policy';
import { RULES } from '../rules.ts';

export const policies: StackValidationPolicy[] = RULES.map(({ name, description, check }) => ({
  name,
  description,
  enforcementLevel: 'mandatory',
  validateStack: ({ resources }, report) => {
    const declared = resources.map(({ type, name: id, props }) => ({ type, name: id, inputs: props }));
    for (const problem of check(declared)) report(problem);
  },
}));
