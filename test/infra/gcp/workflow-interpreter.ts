/** Runs a source for Google's Workflows, as far as ours go, against functions that a test gives and on a virtual clock. */
import type { Case, Loop, NamedStep, Retry, Source, Step } from '../../../infra/gcp/workflow-steps.ts';
import { createVirtualClock, type VirtualClock } from './virtual-clock.ts';
import { type Data, evaluate, platformError, Raised, type Variables } from './workflow-values.ts';

export type Callable = (args: Readonly<Record<string, Data>>, clock: VirtualClock) => Promise<Data>;

export interface RunOptions {
  readonly source: string;
  readonly argument?: Data;
  readonly environment: Readonly<Record<string, string>>;
  /** What steps may call beside subworkflows, sys.sleep and sys.log. */
  readonly functions: Readonly<Record<string, Callable>>;
  /** Epoch seconds at which it starts. */
  readonly start?: number;
}

export interface Execution {
  readonly state: 'SUCCEEDED' | 'FAILED';
  readonly result: Data;
  /** What was raised and by nobody taken; as text. */
  readonly error: string;
  readonly logs: readonly Data[];
  readonly steps: number;
  readonly seconds: number;
}

/** Where execution goes after steps: to one by name, out of the loop, or back with a value. */
type Flow =
  | { readonly to: 'next'; readonly step: string }
  | { readonly to: 'end' }
  | { readonly to: 'return'; readonly value: Data }
  | undefined;

/** More steps than Google runs in one execution. */
const MOST_STEPS = 100_000;

export async function runWorkflow(options: RunOptions): Promise<Execution> {
  const source = JSON.parse(options.source) as Source;
  const clock = createVirtualClock(options.start ?? Date.UTC(2026, 10, 1, 3) / 1000);
  const started = clock.now();
  const logs: Data[] = [];
  let steps = 0;
  const around = { environment: options.environment, now: clock.now };

  async function runSub(name: string, args: Readonly<Record<string, Data>>): Promise<Data> {
    const workflow = source[name];
    if (workflow === undefined) throw new Error(`There is no workflow ${name}.`);
    const variables: Variables = new Map(
      (workflow.params ?? []).map((param) => [param, args[param] ?? null]),
    );
    const flow = await runSteps(workflow.steps, variables);
    if (flow?.to === 'next') throw new Error(`There is no step ${flow.step} in ${name}.`);
    return flow?.to === 'return' ? flow.value : null;
  }

  async function runSteps(list: readonly NamedStep[], variables: Variables): Promise<Flow> {
    const named = list.flatMap((item) => Object.entries(item));
    let at = 0;
    for (;;) {
      const [, step] = named[at] ?? [];
      if (step === undefined) return undefined;
      steps += 1;
      if (steps > MOST_STEPS) throw platformError('ResourceLimitError', 'too many steps');
      const flow = await runStep(step, variables);
      if (flow === undefined) {
        at += 1;
        continue;
      }
      if (flow.to !== 'next') return flow;
      const target = named.findIndex(([name]) => name === flow.step);
      // A step further out may have that name.
      if (target < 0) return flow;
      at = target;
    }
  }

  async function runStep(step: Step, variables: Variables): Promise<Flow> {
    const value = (raw: unknown) => evaluate(raw, variables, around);
    if ('call' in step) {
      const args = value(step.args ?? {}) as Record<string, Data>;
      const result = await invoke(step.call, args);
      if (step.result !== undefined) variables.set(step.result, result);
      return goTo(step.next);
    }
    if ('assign' in step) {
      for (const item of step.assign)
        for (const [name, raw] of Object.entries(item)) variables.set(name, value(raw));
      return undefined;
    }
    if ('switch' in step) {
      const taken = step.switch.find(({ condition }) => value(condition) === true);
      return taken === undefined ? goTo(step.next) : takeCase(taken, variables);
    }
    if ('for' in step) return runLoop(step.for, variables);
    if ('parallel' in step) return runParallel(step.parallel.for, step.parallel.concurrency_limit, variables);
    if ('try' in step) return runTry(step, variables);
    if ('return' in step) return { to: 'return', value: value(step.return) };
    if ('raise' in step) throw new Raised(value(step.raise));
    return goTo(step.next);
  }

  async function takeCase(taken: Case, variables: Variables): Promise<Flow> {
    const value = (raw: unknown) => evaluate(raw, variables, around);
    if (taken.raise !== undefined) throw new Raised(value(taken.raise));
    if (taken.return !== undefined) return { to: 'return', value: value(taken.return) };
    const flow = taken.steps === undefined ? undefined : await runSteps(taken.steps, variables);
    return flow ?? goTo(taken.next);
  }

  async function runLoop({ value: name, in: items, steps: body }: Loop, variables: Variables): Promise<Flow> {
    for (const item of evaluate(items, variables, around) as readonly Data[]) {
      variables.set(name, item);
      const flow = await runSteps(body, variables);
      if (flow === undefined || (flow.to === 'next' && flow.step === 'continue')) continue;
      if (flow.to === 'next' && flow.step === 'break') return undefined;
      return flow;
    }
    return undefined;
  }

  /** Every iteration runs whatever becomes of the others; what they raised is raised together. */
  async function runParallel(loop: Loop, limit: number | undefined, variables: Variables): Promise<Flow> {
    const items = [...(evaluate(loop.in, variables, around) as readonly Data[]).entries()];
    const errors: Data[] = [];
    const worker = async () => {
      for (let next = items.shift(); next !== undefined; next = items.shift()) {
        const [index, item] = next;
        try {
          await runSteps(loop.steps, new Map([...variables, [loop.value, item]]));
        } catch (error) {
          if (!(error instanceof Raised)) throw error;
          errors.push({ id: String(index), error: error.data });
        }
      }
    };
    const workers = Math.min(items.length, limit ?? 20);
    await clock.together(Array.from({ length: workers }, () => worker));
    if (errors.length > 0)
      throw platformError('UnhandledBranchError', 'One or more branches encountered an unhandled error', {
        branches: errors,
      });
    return undefined;
  }

  async function runTry(step: Extract<Step, { try: unknown }>, variables: Variables): Promise<Flow> {
    const body = step.try;
    const once = () => ('steps' in body ? runSteps(body.steps, variables) : runStep(body, variables));
    try {
      return await withRetry(once, step.retry);
    } catch (error) {
      if (!(error instanceof Raised) || step.except === undefined) throw error;
      variables.set(step.except.as, error.data);
      return runSteps(step.except.steps, variables);
    }
  }

  async function withRetry(once: () => Promise<Flow>, retry: Retry | undefined): Promise<Flow> {
    let delay = retry?.backoff.initial_delay ?? 0;
    for (let attempt = 0; ; attempt += 1) {
      try {
        return await once();
      } catch (error) {
        if (!(error instanceof Raised) || retry === undefined || attempt >= retry.max_retries) throw error;
        const predicate = retry.predicate.slice(2, -1);
        if ((await runSub(predicate, { e: error.data })) !== true) throw error;
        await clock.sleep(delay);
        delay = Math.min(delay * retry.backoff.multiplier, retry.backoff.max_delay);
      }
    }
  }

  async function invoke(name: string, args: Readonly<Record<string, Data>>): Promise<Data> {
    if (source[name] !== undefined) return runSub(name, args);
    if (name === 'sys.log') {
      logs.push(args);
      return null;
    }
    if (name === 'sys.sleep') {
      await clock.sleep(Number(args.seconds));
      return null;
    }
    const found = options.functions[name];
    if (found === undefined) throw new Error(`The workflow calls ${name}, which the test did not expect.`);
    return found(args, clock);
  }

  const told = () => ({ logs, steps, seconds: clock.now() - started });
  try {
    const [param] = source.main?.params ?? [];
    const args = param === undefined ? {} : { [param]: options.argument ?? null };
    return { state: 'SUCCEEDED', result: await runSub('main', args), error: '', ...told() };
  } catch (error) {
    if (!(error instanceof Raised)) throw error;
    return { state: 'FAILED', result: null, error: error.message, ...told() };
  }
}

function goTo(next: string | undefined): Flow {
  if (next === undefined) return undefined;
  return next === 'end' ? { to: 'end' } : { to: 'next', step: next };
}
