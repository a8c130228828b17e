/** A validator of sources for Google's Workflows: syntax, targets, functions, variables and limits, all without Google. */
import { expressionIn, nodesOf, parseExpression } from './workflow-expressions.ts';
import { CALLS, CASE_KEYS, EXPRESSION_FUNCTIONS, KINDS, LIMITS, NAME } from './workflow-reference.ts';

type Json = Record<string, unknown>;
const isMap = (value: unknown): value is Json =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

interface Scope {
  readonly workflow: string;
  readonly names: Set<string>;
  readonly variables: ReadonlySet<string>;
  /** Steps that a `next` from here may go to. */
  readonly targets: ReadonlySet<string>;
  readonly inLoop: boolean;
  readonly depth: number;
}

/** Everything wrong with a source, each in a sentence; empty where it is right. */
export function validateWorkflow(text: string): string[] {
  const problems: string[] = [];
  const say = (where: string, problem: string) => void problems.push(`${where}: ${problem}`);
  if (Buffer.byteLength(text) > LIMITS.sourceBytes)
    say('source', `is longer than ${LIMITS.sourceBytes} bytes`);
  let source: unknown;
  try {
    source = JSON.parse(text);
  } catch {
    return ['source: is not JSON'];
  }
  if (!isMap(source) || !isMap(source.main)) return ['source: has no main'];
  const workflows = source;
  const calls = new Map<string, Set<string>>();

  function checkValue(where: string, value: unknown, scope: Scope): void {
    if (Array.isArray(value)) for (const item of value) checkValue(where, item, scope);
    else if (isMap(value)) for (const item of Object.values(value)) checkValue(where, item, scope);
    else if (typeof value === 'string') checkText(where, value, scope);
  }

  function checkText(where: string, value: string, scope: Scope): void {
    try {
      const expression = expressionIn(value);
      if (expression === undefined) return;
      if (value.length > LIMITS.expression) say(where, `the expression is longer than ${LIMITS.expression}`);
      for (const node of nodesOf(parseExpression(expression))) {
        if (node.kind === 'name' && !scope.variables.has(node.name))
          say(where, `there is no variable ${node.name}`);
        if (node.kind !== 'call') continue;
        if (isMap(workflows[node.name])) calls.get(scope.workflow)?.add(node.name);
        else if (!EXPRESSION_FUNCTIONS.has(node.name)) say(where, `there is no function ${node.name}`);
      }
    } catch (error) {
      say(where, `${(error as Error).message} in ${value}`);
    }
  }

  function checkNext(where: string, next: unknown, scope: Scope): void {
    if (next === undefined || next === 'end') return;
    if (next === 'continue' || next === 'break') {
      if (!scope.inLoop) say(where, `${next} stands outside of a loop`);
    } else if (typeof next !== 'string' || !scope.targets.has(next))
      say(where, `there is no step ${String(next)} to go to`);
  }

  function checkCall(where: string, step: Json, scope: Scope): void {
    const { call, args = {}, result } = step;
    if (typeof call !== 'string' || !isMap(args)) {
      say(where, 'a call names a function and a map');
      return;
    }
    if (result !== undefined && (typeof result !== 'string' || !NAME.test(result)))
      say(where, `${String(result)} is no name of a variable`);
    checkValue(where, args, scope);
    const workflow = workflows[call];
    const accepted = CALLS[call];
    if (isMap(workflow)) {
      calls.get(scope.workflow)?.add(call);
      const params = Array.isArray(workflow.params) ? workflow.params.map(String) : [];
      for (const name of Object.keys(args))
        if (!params.includes(name)) say(where, `${call} takes no ${name}`);
      for (const name of params) if (!(name in args)) say(where, `${call} is called without ${name}`);
    } else if (accepted === undefined) say(where, `there is no ${call} to call`);
    else {
      const names = accepted.map((name) => name.replace('!', ''));
      for (const name of Object.keys(args)) if (!names.includes(name)) say(where, `${call} takes no ${name}`);
      for (const name of accepted)
        if (name.endsWith('!') && !(name.slice(0, -1) in args))
          say(where, `${call} needs ${name.slice(0, -1)}`);
    }
    if (call === 'http.post') checkHttp(where, args);
  }

  function checkHttp(where: string, args: Json): void {
    const { timeout, auth } = args;
    if (typeof timeout !== 'number' || timeout > LIMITS.httpSeconds)
      say(where, `an HTTP call waits ${LIMITS.httpSeconds} s at most`);
    if (!isMap(auth) || auth.type !== 'OIDC' || auth.audience === undefined)
      say(where, 'the function is called with an OIDC token for an audience');
  }

  function checkRetry(where: string, retry: unknown, scope: Scope): void {
    if (!isMap(retry)) {
      say(where, 'a retry is a map');
      return;
    }
    const { predicate, max_retries: retries, backoff } = retry;
    const of = typeof predicate === 'string' ? expressionIn(predicate) : undefined;
    if (of === undefined || (!isMap(workflows[of]) && !of.startsWith('http.default_retry_predicate')))
      say(where, `there is no predicate ${String(predicate)}`);
    else calls.get(scope.workflow)?.add(of);
    if (!Number.isInteger(retries) || Number(retries) < 1) say(where, 'max_retries has to be a count');
    const delays = isMap(backoff) ? backoff : {};
    for (const key of ['initial_delay', 'max_delay', 'multiplier'])
      if (!(Number(delays[key]) > 0)) say(where, `the backoff lacks ${key}`);
    if (Number(delays.multiplier) <= 1) say(where, 'the backoff does not grow');
  }

  function checkLoop(where: string, loop: unknown, scope: Scope): void {
    if (!isMap(loop)) {
      say(where, 'a loop is a map');
      return;
    }
    for (const key of Object.keys(loop))
      if (!['value', 'in', 'range', 'index', 'steps'].includes(key)) say(where, `a loop has no ${key}`);
    if (typeof loop.value !== 'string' || !NAME.test(loop.value)) say(where, 'a loop names its value');
    if ((loop.in === undefined) === (loop.range === undefined)) say(where, 'a loop goes over in or range');
    checkValue(where, loop.in ?? loop.range, scope);
    checkSteps(where, loop.steps, { ...scope, inLoop: true, targets: new Set() });
  }

  function checkParallel(where: string, parallel: unknown, scope: Scope): void {
    if (!isMap(parallel)) {
      say(where, 'parallel is a map');
      return;
    }
    for (const key of Object.keys(parallel))
      if (!['for', 'concurrency_limit', 'shared', 'exception_policy'].includes(key))
        say(where, `parallel has no ${key}`);
    if (scope.depth >= LIMITS.parallelDepth)
      say(where, `parallel is nested deeper than ${LIMITS.parallelDepth}`);
    const { concurrency_limit: limit } = parallel;
    if (limit !== undefined && !(Number(limit) >= 1 && Number(limit) <= LIMITS.concurrency))
      say(where, `at most ${LIMITS.concurrency} iterations run at a time`);
    checkLoop(where, parallel.for, { ...scope, depth: scope.depth + 1 });
    // What a branch assigns is its own unless it is declared as shared.
    const shared = new Set(Array.isArray(parallel.shared) ? parallel.shared : []);
    const outer = assignedOutside(workflows[scope.workflow], parallel);
    for (const name of assignedIn(parallel.for))
      if (outer.has(name) && !shared.has(name)) say(where, `a branch assigns ${name}, which is not shared`);
  }

  function checkCase(where: string, item: unknown, scope: Scope): void {
    if (!isMap(item)) {
      say(where, 'a case is a map');
      return;
    }
    for (const key of Object.keys(item)) if (!CASE_KEYS.includes(key)) say(where, `a case has no ${key}`);
    if (item.condition === undefined) say(where, 'a case lacks its condition');
    if (typeof item.condition === 'string' && expressionIn(item.condition) === undefined)
      say(where, 'a condition has to be an expression');
    checkValue(where, item.condition, scope);
    checkValue(where, [item.return, item.raise], scope);
    checkNext(where, item.next, scope);
    if (item.steps !== undefined) checkSteps(where, item.steps, scope);
  }

  function checkStep(where: string, step: Json, scope: Scope): void {
    const kind = KINDS.find(([first = '']) => first in step);
    if (kind === undefined) {
      say(where, `is no step: ${Object.keys(step).join(', ')}`);
      return;
    }
    for (const key of Object.keys(step)) if (!kind.includes(key)) say(where, `${kind[0]} has no ${key}`);
    checkNext(where, step.next, scope);
    if ('call' in step) checkCall(where, step, scope);
    if ('return' in step || 'raise' in step) checkValue(where, [step.return, step.raise], scope);
    if ('for' in step) checkLoop(where, step.for, scope);
    if ('parallel' in step) checkParallel(where, step.parallel, scope);
    if ('steps' in step) checkSteps(where, step.steps, scope);
    if ('assign' in step) {
      const { assign } = step;
      if (!Array.isArray(assign) || assign.length === 0 || assign.length > LIMITS.assignments) {
        say(where, `assign is a list of 1 to ${LIMITS.assignments}`);
        return;
      }
      for (const item of assign) {
        if (!isMap(item) || Object.keys(item).length !== 1) say(where, 'an assignment has one variable');
        checkValue(where, item, scope);
      }
    }
    if ('switch' in step) {
      const cases = step.switch;
      if (!Array.isArray(cases) || cases.length === 0 || cases.length > LIMITS.conditions) {
        say(where, `switch is a list of 1 to ${LIMITS.conditions}`);
        return;
      }
      for (const item of cases) checkCase(where, item, scope);
    }
    if ('try' in step) checkTry(where, step, scope);
  }

  function checkTry(where: string, step: Json, scope: Scope): void {
    if (step.retry === undefined && step.except === undefined) say(where, 'try has neither retry nor except');
    if (!isMap(step.try)) {
      say(where, 'try is a step');
      return;
    }
    checkStep(where, step.try, scope);
    if (step.retry !== undefined) checkRetry(where, step.retry, scope);
    if (step.except === undefined) return;
    if (!isMap(step.except) || typeof step.except.as !== 'string') {
      say(where, 'except names its error');
      return;
    }
    // Kept to what is certain: steps of an except go to each other only.
    checkSteps(where, step.except.steps, { ...scope, targets: new Set() });
  }

  function checkSteps(where: string, steps: unknown, scope: Scope): void {
    if (!Array.isArray(steps) || steps.length === 0) {
      say(where, 'has no steps');
      return;
    }
    const named: [string, Json][] = [];
    for (const item of steps) {
      const [entry, ...more] = isMap(item) ? Object.entries(item) : [];
      if (entry === undefined || more.length > 0 || !isMap(entry[1])) say(where, 'a step has one name');
      else named.push([entry[0], entry[1]]);
    }
    for (const [name] of named) {
      if (!NAME.test(name) || name === 'end') say(where, `${name} is no name of a step`);
      if (scope.names.has(name)) say(where, `the name ${name} is taken`);
      scope.names.add(name);
    }
    const targets = new Set([...scope.targets, ...named.map(([name]) => name)]);
    for (const [name, step] of named) checkStep(`${scope.workflow}.${name}`, step, { ...scope, targets });
  }

  for (const [name, workflow] of Object.entries(workflows)) {
    calls.set(name, new Set());
    if (!isMap(workflow)) {
      say(name, 'is no workflow');
      continue;
    }
    const params = Array.isArray(workflow.params) ? workflow.params.map(String) : [];
    if (name === 'main' && params.length > 1) say(name, 'takes one parameter at most');
    checkSteps(name, workflow.steps, {
      workflow: name,
      names: new Set(),
      variables: new Set([...params, ...assignedIn(workflow.steps)]),
      targets: new Set(),
      inLoop: false,
      depth: 0,
    });
  }
  const depth = depthOf('main', calls, []);
  if (depth > LIMITS.callDepth) say('source', `calls are nested deeper than ${LIMITS.callDepth}`);
  for (const name of Object.keys(workflows))
    if (name !== 'main' && ![...calls.values()].some((called) => called.has(name)))
      say(name, 'is never called');
  return problems;
}

function depthOf(name: string, calls: ReadonlyMap<string, Set<string>>, trail: readonly string[]): number {
  if (trail.includes(name)) return Number.POSITIVE_INFINITY;
  const below = [...(calls.get(name) ?? [])].map((called) => depthOf(called, calls, [...trail, name]));
  return 1 + Math.max(0, ...below);
}

/** Names of variables that something below assigns: by assign, as a result, a loop's value, an error. */
function assignedIn(value: unknown): Set<string> {
  const names = new Set<string>();
  const walk = (item: unknown): void => {
    if (Array.isArray(item)) item.forEach(walk);
    if (!isMap(item)) return;
    if (Array.isArray(item.assign))
      for (const one of item.assign) for (const name of Object.keys(isMap(one) ? one : {})) names.add(name);
    if (typeof item.result === 'string') names.add(item.result);
    if (isMap(item.for) && typeof item.for.value === 'string') names.add(item.for.value);
    if (isMap(item.except) && typeof item.except.as === 'string') names.add(item.except.as);
    Object.values(item).forEach(walk);
  };
  walk(value);
  return names;
}

function assignedOutside(workflow: unknown, parallel: unknown): Set<string> {
  const without = JSON.parse(JSON.stringify(workflow), (_, value: unknown) =>
    JSON.stringify(value) === JSON.stringify(parallel) ? null : value,
  ) as unknown;
  return assignedIn(without);
}
