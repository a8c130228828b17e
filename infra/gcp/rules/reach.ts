/** Rules of what each account reaches: all that it calls, and nothing else. */
import { accessIn, DOORS } from './access.ts';
import { isLike, type Rule, titleOf } from './declared.ts';
import { needsOf, STRANGERS } from './needs.ts';

/** `segue-serve` of its address; empty for a member that is no account of the stack's. */
const accountOf = (member: string): string => /^serviceAccount:(segue-[a-z-]+)@/.exec(member)?.[1] ?? '';

const reaches: Rule = {
  name: 'reaches',
  description: 'Each account has what it calls, and nothing else.',
  check(resources) {
    const access = accessIn(resources);
    const needs = needsOf(resources);
    return [
      ...[...needs].flatMap(([account, all]) => {
        const own = access.filter(({ member }) => accountOf(member) === account);
        return [
          ...all
            .filter(([role, on]) => !own.some((one) => one.role === role && isLike(one.on, on)))
            .map(([role, on]) => `${account} lacks ${role} on ${on}.`),
          ...own
            .filter((one) => !all.some(([role, on]) => one.role === role && isLike(one.on, on)))
            .map(({ role, on }) => `${account} has ${role} on ${on} and calls nothing there.`),
        ];
      }),
      ...access
        .filter(({ member }) => accountOf(member) !== '' && !needs.has(accountOf(member)))
        .map(({ by, member }) => `${titleOf(by)} grants to ${member}, of whom nothing is known.`),
    ];
  },
};

const strangers: Rule = {
  name: 'strangers',
  description: 'Service agents have what delivery takes; anybody else may call the API, and that is all.',
  check: (resources) =>
    accessIn(resources)
      .filter(({ member }) => accountOf(member) === '')
      .filter(
        ({ member, role, on }) =>
          !STRANGERS.some(([who, may, where]) => who.test(member) && role === may && isLike(on, where)),
      )
      .map(({ member, role, on }) => `${member || 'Nobody'} has ${role} on ${on}.`),
};

const callers: Rule = {
  name: 'callers',
  description: 'Somebody may call what apps call.',
  check(resources) {
    const calls = accessIn(resources).filter(({ role }) => role === 'roles/run.invoker');
    const isPublic = calls.some(({ member }) => member === 'allUsers');
    return DOORS.filter((door) => resources.some(({ inputs }) => `service ${inputs.name}` === door)).flatMap(
      (door) => {
        const members = calls.filter(({ on }) => on === door).map(({ member }) => member);
        if (members.filter((member) => !/^serviceAccount:service-\d+@/.test(member)).length === 0)
          return [`Nobody may call ${door}.`];
        return isPublic && !members.includes('allUsers')
          ? [`Everybody may call the API, but not ${door}.`]
          : [];
      },
    );
  },
};

export const REACH_RULES: readonly Rule[] = [reaches, strangers, callers];
