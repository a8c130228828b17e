/** Rules of what each account reaches: all that it calls, and nothing else. */

import { CHECKS } from '../checks.ts';
import { serviceName } from '../deployment.ts';
import { accessIn, DOORS } from './access.ts';
import { type Declared, isLike, ofType, type Rule, textAt, titleOf } from './declared.ts';
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

const isAgent = (member: string): boolean => /^serviceAccount:service-\d+@gcp-sa-/.test(member);

const callers: Rule = {
  name: 'callers',
  description: 'Whoever may call one part of the API may call all of it, and somebody may.',
  check(resources) {
    const calls = accessIn(resources).filter(({ role }) => role === 'roles/run.invoker');
    const doors = DOORS.filter((door) => resources.some(({ inputs }) => `service ${inputs.name}` === door));
    const people = new Set(
      calls.filter(({ on, member }) => doors.includes(on) && !isAgent(member)).map(({ member }) => member),
    );
    return doors.flatMap((door) => {
      if (people.size === 0) return [`Nobody may call ${door}.`];
      return [...people]
        .filter((member) => !calls.some((call) => call.on === door && call.member === member))
        .map((member) => `${member} may call the API, but not ${door}.`);
    });
  },
};

/** `segue-sessions` of a check, by what it asks for. */
const checkedBy = (check: Declared): string =>
  `service ${serviceName(CHECKS.find(({ path }) => path === textAt(check, 'httpCheck.path'))?.door ?? 'serve')}`;

const checkers: Rule = {
  name: 'checkers',
  description: 'Where uptime checks come with a token of their own, it lets them in.',
  check: (resources) =>
    ofType(resources, 'monitoring/uptimeCheckConfig:UptimeCheckConfig')
      .filter((check) => textAt(check, 'httpCheck.serviceAgentAuthentication.type') !== '')
      .filter(
        (check) =>
          !accessIn(resources).some(
            ({ member, role, on }) =>
              member.includes('@gcp-sa-monitoring-notification.') &&
              role === 'roles/run.invoker' &&
              on === checkedBy(check),
          ),
      )
      .map((check) => `${titleOf(check)} may not call what it checks.`),
};

const checked: Rule = {
  name: 'checked',
  description: 'Whoever answers people is asked from outside whether it does.',
  check(resources) {
    const asked = ofType(resources, 'monitoring/uptimeCheckConfig:UptimeCheckConfig').map((check) =>
      textAt(check, 'httpCheck.path'),
    );
    return CHECKS.filter(({ path }) => !asked.includes(path)).map(
      ({ path, door }) => `Nobody asks ${door} for ${path}.`,
    );
  },
};

export const REACH_RULES: readonly Rule[] = [reaches, strangers, callers, checkers, checked];
