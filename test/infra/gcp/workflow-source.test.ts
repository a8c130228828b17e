import { describe, expect, test } from 'vitest';
import { wavesOf, workflowSource } from '../../../infra/gcp/workflow-source.ts';
import { STAGES } from '../../../shared/sql/stages.ts';
import { sourceFor } from './workflow-fixtures.ts';
import { LIMITS } from './workflow-reference.ts';
import { validateWorkflow } from './workflow-syntax.ts';

describe('waves of stages', () => {
  test('hold every stage once, after all that it reads', () => {
    const waves = wavesOf(STAGES);
    expect(waves.flat().sort()).toEqual(STAGES.map(({ name }) => name).sort());
    for (const { name, inputs } of STAGES) {
      const own = waves.findIndex((wave) => wave.includes(name));
      for (const input of inputs.filter((one) => STAGES.some((stage) => stage.name === one)))
        expect(
          waves.findIndex((wave) => wave.includes(input)),
          `${name} reads ${input}`,
        ).toBeLessThan(own);
    }
  });

  test('run at a time what does not depend on each other', () => {
    const stage = (name: string, ...inputs: string[]) => ({ name, inputs });
    const stages = [
      stage('a', 'listens'),
      stage('b', 'a'),
      stage('c', 'a'),
      stage('d', 'c', 'b'),
      stage('e'),
    ];
    expect(wavesOf(stages)).toEqual([['a', 'e'], ['b', 'c'], ['d']]);
    expect(wavesOf(STAGES).length).toBeLessThan(STAGES.length / 2);
  });

  test('refuse a stage that reads a later one, and itself', () => {
    const stage = (name: string, ...inputs: string[]) => ({ name, inputs });
    expect(() => wavesOf([stage('a', 'b'), stage('b')])).toThrow('a reads b, which runs after it');
    expect(() => wavesOf([stage('a', 'a')])).toThrow('a reads a');
  });
});

describe.each(['direct', 'dataflow', 'reverse-etl'] as const)('the source that loads by %s', (load) => {
  const source = sourceFor(load);

  test('is accepted by the validator and small', () => {
    expect(validateWorkflow(source)).toEqual([]);
    expect(source.length).toBeLessThan(LIMITS.sourceBytes / 2);
  });

  test('has no other way of loading in it', () => {
    expect(source.includes('flexTemplates.launch')).toBe(load === 'dataflow');
    expect(source.includes('/loaded')).toBe(load !== 'direct');
  });

  test('is the same each time', () => {
    expect(sourceFor(load)).toBe(source);
  });
});

test('a stage more is a call more', () => {
  const more = [...STAGES, { name: 'afterthought', inputs: ['listener_pools'] }];
  const source = workflowSource({
    stages: more,
    load: 'direct',
    template: { project: 'p', region: 'r', temporary: 'gs://t', maxWorkers: 1, deadline: 1, labels: {} },
  });
  expect(source).toContain('afterthought');
  expect(validateWorkflow(source)).toEqual([]);
});

describe('the validator refuses', () => {
  const valid = () =>
    JSON.parse(sourceFor('dataflow')) as Record<string, { steps: Record<string, unknown>[] }>;
  const withMain = (steps: unknown[], more: object = {}) =>
    validateWorkflow(JSON.stringify({ main: { params: ['input'], steps }, ...more }));

  test.each<[string, unknown, string]>([
    ['a step that is none', { x: { cal: 'sys.log' } }, 'is no step: cal'],
    ['a key that does not belong', { x: { call: 'sys.log', arguments: {} } }, 'call has no arguments'],
    ['a function there is not', { x: { call: 'sys.shout', args: {} } }, 'there is no sys.shout to call'],
    [
      'an argument there is not',
      { x: { call: 'sys.sleep', args: { minutes: 1 } } },
      'sys.sleep takes no minutes',
    ],
    ['an argument that is missing', { x: { call: 'sys.sleep' } }, 'sys.sleep needs seconds'],
    ['a target there is not', { x: { next: 'y' } }, 'there is no step y'],
    [
      'continue without a loop',
      { x: { switch: [{ condition: true, next: 'continue' }] } },
      'outside of a loop',
    ],
    ['a variable there is not', { x: { return: `\${inptu}` } }, 'there is no variable inptu'],
    ['a function in an expression', { x: { return: `\${sys.uptime()}` } }, 'there is no function sys.uptime'],
    ['half an expression', { x: { return: `\${input +}` } }, 'unexpected end'],
    ['an expression within text', { x: { return: `a \${input}` } }, 'whole of a value'],
    ['a list within an expression', { x: { return: `\${[1]}` } }, 'unexpected ['],
    ['a long expression', { x: { return: `\${"${'a'.repeat(400)}"}` } }, 'longer than 400'],
    [
      'a condition that is text',
      { x: { switch: [{ condition: 'input', return: 1 }] } },
      'has to be an expression',
    ],
    ['a case without condition', { x: { switch: [{ return: 1 }] } }, 'lacks its condition'],
    ['try without a consequence', { x: { try: { call: 'sys.log' } } }, 'neither retry nor except'],
    [
      'a retry without a predicate',
      {
        x: {
          try: { call: 'sys.log' },
          retry: { max_retries: 1, backoff: { initial_delay: 1, max_delay: 2, multiplier: 2 } },
        },
      },
      'there is no predicate',
    ],
    [
      'a call without a token, that waits too long',
      { x: { call: 'http.post', args: { url: 'https://x', timeout: 3600 } } },
      'waits 1800 s at most',
    ],
    [
      'a branch that assigns what is not shared',
      { x: { parallel: { for: { value: 'i', in: [1], steps: [{ y: { assign: [{ sum: 1 }] } }] } } } },
      'which is not shared',
    ],
  ])('%s', (_, step, problem) => {
    const steps = [{ first: { assign: [{ sum: 0 }] } }, step];
    expect(withMain(steps).join('\n')).toContain(problem);
  });

  test('two steps of one name, and what is never called', () => {
    expect(withMain([{ x: { return: 1 } }, { x: { return: 2 } }])).toEqual(['main: the name x is taken']);
    expect(withMain([{ x: { return: 1 } }], { other: { steps: [{ y: { return: 1 } }] } })).toEqual([
      'other: is never called',
    ]);
  });

  test('a subworkflow that calls itself', () => {
    const again = { steps: [{ y: { call: 'again' } }] };
    expect(withMain([{ x: { call: 'again' } }], { again }).join()).toContain('nested deeper');
  });

  test('the source with any one of its steps taken out that another goes to or a variable comes from', () => {
    const needed = ['main:begin', 'main:load', 'load_by_template:watch', 'load_by_template:launch'];
    for (const one of needed) {
      const [workflow = '', step = ''] = one.split(':');
      const source = valid();
      const found = source[workflow];
      if (found === undefined) throw new Error(`There is no ${workflow}.`);
      found.steps = found.steps.filter((item) => !(step in item));
      expect(validateWorkflow(JSON.stringify(source)), one).not.toEqual([]);
    }
  });
});
