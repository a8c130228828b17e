import { createHash } from 'node:crypto';
import { beforeAll, describe, expect, test } from 'vitest';
import { artistIdOf, foldText } from '../../../../shared/domain/recording.ts';
import { communityWorld } from '../../../../shared/evaluation/prompts/community-world.ts';
import {
  CONSTRAINT_KINDS,
  type Constraint,
  type SimpleConstraint,
} from '../../../../shared/evaluation/prompts/constraint.ts';
import {
  type PromptCase,
  parseConversations,
  parsePrompts,
  readConversations,
  readPrompts,
} from '../../../../shared/evaluation/prompts/prompt-set.ts';
import { isSatisfiable } from '../../../../shared/evaluation/prompts/satisfiability.ts';
import type { World } from '../../../../shared/evaluation/prompts/track-check.ts';
import { GENRES } from '../../../../shared/simulation/genres.ts';

const open = await readPrompts('open');
const heldOut = await readPrompts('held-out');
const all = [...open, ...heldOut];
const conversations = await readConversations();

const groupOf = ({ id }: PromptCase) => id.replace(/-\d+$/, '');
const simple = (constraint: Constraint): readonly SimpleConstraint[] =>
  constraint.kind === 'either' ? constraint.of : [constraint];
const simpleOf = (cases: readonly PromptCase[]) => cases.flatMap((one) => one.constraints.flatMap(simple));

let world: World;
beforeAll(() => {
  world = communityWorld();
});

describe('the set', () => {
  test('has ids and conversations of its own, each once', () => {
    expect(all.length).toBeGreaterThanOrEqual(240);
    expect(new Set(all.map(({ id }) => id)).size).toBe(all.length);
    const asked = all.map(({ prompt, follows }) => JSON.stringify([...(follows ?? []), prompt]));
    expect(new Set(asked).size).toBe(all.length);
  });

  test('holds out a third of every group, the first by the hash of the id', () => {
    const hash = (id: string) => createHash('sha256').update(id).digest('hex');
    const drawn = [...Map.groupBy(all, groupOf).values()].flatMap((group) =>
      group
        .map(({ id }) => id)
        .sort((a, b) => (hash(a) < hash(b) ? -1 : 1))
        .slice(0, Math.round(group.length / 3)),
    );
    expect(heldOut.map(({ id }) => id).sort()).toEqual(drawn.sort());
  });

  test('uses every kind of constraint, and in both parts those that occur often', () => {
    const used = (cases: readonly PromptCase[]) =>
      cases.flatMap(({ constraints }) =>
        constraints.flatMap((one) => (one.kind === 'either' ? [one, ...one.of] : [one])),
      );
    const kindsOf = (cases: readonly PromptCase[]) => new Set<string>(used(cases).map(({ kind }) => kind));
    expect([...kindsOf(all)].sort()).toEqual([...CONSTRAINT_KINDS].sort());
    const often = CONSTRAINT_KINDS.filter((kind) => used(all).filter((one) => one.kind === kind).length >= 8);
    expect(often.filter((kind) => !kindsOf(open).has(kind) || !kindsOf(heldOut).has(kind))).toEqual([]);
  });

  test('names only genres that the catalogue has', () => {
    const names = simpleOf(all).flatMap((one) =>
      one.kind === 'genre' ? one.anyOf : one.kind === 'not_genre' ? one.noneOf : [],
    );
    expect(new Set(names)).toEqual(new Set(GENRES.map(({ name }) => name)));
  });

  test('names artists of the catalogue, in their own spelling', () => {
    const known = new Set(world.snapshot.items.map(({ artist }) => artist));
    const named = simpleOf(all).flatMap((one) => ('names' in one ? one.names : []));
    expect(named.length).toBeGreaterThan(25);
    expect(named.filter((name) => !known.has(name))).toEqual([]);
  });

  test('reports only names that the catalogue does not have', () => {
    const known = [...new Set(world.snapshot.items.map(({ artist }) => foldText(artist ?? '')))];
    const unknown = all
      .filter((one) => groupOf(one) === 'nobody')
      .flatMap(({ constraints }) => constraints)
      .flatMap((one) => (one.kind === 'reported' ? one.what : []));
    expect(unknown.length).toBeGreaterThan(5);
    expect(unknown.filter((word) => known.some((name) => name.includes(word)))).toEqual([]);
  });

  test('can be met on the generated catalogue, but for these', () => {
    const unmeetable = all.filter(({ constraints }) => !isSatisfiable(constraints, world).satisfiable);
    expect(unmeetable.map(({ id }) => id).sort()).toEqual([
      'contradiction-01',
      'contradiction-03',
      'contradiction-04',
      'contradiction-05',
      'contradiction-06',
      'several-04',
      'several-20',
      'version-05',
    ]);
    expect(unmeetable.length).toBeLessThan(all.length / 3);
  });

  test('asks for artists whose names are told apart by their ids', () => {
    const named = new Set(simpleOf(all).flatMap((one) => ('names' in one ? one.names : [])));
    expect(new Set([...named].map(artistIdOf)).size).toBe(named.size);
  });
});

describe('conversations', () => {
  test('are ten or more of five follow-ups that go both ways in every attribute', () => {
    expect(conversations.length).toBeGreaterThanOrEqual(10);
    for (const { turns } of conversations) expect(turns).toHaveLength(5);
    const ways = new Set(
      conversations.flatMap(({ turns }) =>
        turns.map(({ attribute, direction }) => `${attribute} ${direction}`),
      ),
    );
    expect(ways.size).toBe(12);
  });

  test('push equal words the same way', () => {
    const turns = conversations.flatMap((one) => one.turns);
    for (const [prompt, same] of Map.groupBy(turns, (turn) => turn.prompt))
      expect(new Set(same.map(({ direction, attribute }) => attribute + direction)).size, prompt).toBe(1);
  });
});

describe('parsing', () => {
  const line = (constraint: unknown, id = 'genre-01') =>
    JSON.stringify({ id, prompt: 'jazz', constraints: [constraint] });

  test('reads lines with and without an end of the last', () => {
    const text = line({ kind: 'genre', anyOf: ['jazz'] });
    expect(parsePrompts(text)).toEqual(parsePrompts(`${text}\n`));
    expect(parsePrompts(text)).toEqual([
      { id: 'genre-01', prompt: 'jazz', constraints: [{ kind: 'genre', anyOf: ['jazz'] }] },
    ]);
  });

  test.each([
    ['an unknown kind', { kind: 'key', min: 1 }],
    ['an unknown field', { kind: 'clean', really: true }],
    ['a range without bounds', { kind: 'bpm' }],
    ['bounds the wrong way round', { kind: 'year', min: 1999, max: 1990 }],
    ['energy in per cent', { kind: 'energy', min: 60 }],
    ['an unknown mood', { kind: 'mood', anyOf: ['hungry'] }],
    ['no genres', { kind: 'genre', anyOf: [] }],
    ['a choice of one', { kind: 'either', of: [{ kind: 'clean' }] }],
    ['a choice in a choice', { kind: 'either', of: [{ kind: 'clean' }, { kind: 'either', of: [] }] }],
  ])('refuses %s, naming the line', (_, constraint) => {
    const text = `${line({ kind: 'clean' })}\n${line(constraint, 'genre-02')}\n`;
    expect(() => parsePrompts(text)).toThrow(/^Line 2: /);
  });

  test('refuses what is no JSON, an empty line and a repeated id', () => {
    expect(() => parsePrompts('{"id":')).toThrow('Line 1: is no JSON.');
    expect(() => parsePrompts(`${line({ kind: 'clean' })}\n\n`)).toThrow('Line 2: is no JSON.');
    expect(() => parsePrompts('null')).toThrow('Line 1: ');
    const twice = line({ kind: 'clean' });
    expect(() => parsePrompts(`${twice}\n${twice}`)).toThrow('Line 2: repeats the id genre-01.');
  });

  test('refuses a turn that asks for nothing measurable', () => {
    const turns = [{ prompt: 'bluer', attribute: 'colour', direction: 'up' }];
    expect(() => parseConversations(JSON.stringify({ id: 'talk-01', prompt: 'jazz', turns }))).toThrow(
      /^Line 1: /,
    );
  });
});
