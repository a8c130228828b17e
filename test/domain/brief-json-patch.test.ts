import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { applyPatch, isEqual, type Json, type PatchOperation } from '../../shared/domain/brief-json-patch.ts';

describe('JSON Patch', () => {
  // The examples of RFC 6902, appendix A, for the operations that are here.
  test.each<readonly [name: string, document: object, patch: PatchOperation[], result: unknown]>([
    ['A.1', { foo: 'bar' }, [{ op: 'add', path: '/baz', value: 'qux' }], { baz: 'qux', foo: 'bar' }],
    [
      'A.2',
      { foo: ['bar', 'baz'] },
      [{ op: 'add', path: '/foo/1', value: 'qux' }],
      { foo: ['bar', 'qux', 'baz'] },
    ],
    ['A.3', { baz: 'qux', foo: 'bar' }, [{ op: 'remove', path: '/baz' }], { foo: 'bar' }],
    ['A.4', { foo: ['bar', 'qux', 'baz'] }, [{ op: 'remove', path: '/foo/1' }], { foo: ['bar', 'baz'] }],
    [
      'A.5',
      { baz: 'qux', foo: 'bar' },
      [{ op: 'replace', path: '/baz', value: 'boo' }],
      { baz: 'boo', foo: 'bar' },
    ],
    [
      'A.8',
      { baz: 'qux', foo: ['a', 2, 'c'] },
      [{ op: 'test', path: '/foo/1', value: 2 }],
      { baz: 'qux', foo: ['a', 2, 'c'] },
    ],
    [
      'A.10',
      { foo: 'bar' },
      [{ op: 'add', path: '/child', value: { grandchild: {} } }],
      { foo: 'bar', child: { grandchild: {} } },
    ],
    ['A.14', { '/': 9, '~1': 10 }, [{ op: 'test', path: '/~01', value: 10 }], { '/': 9, '~1': 10 }],
    [
      'A.16',
      { foo: ['bar'] },
      [{ op: 'add', path: '/foo/-', value: ['abc', 'def'] }],
      { foo: ['bar', ['abc', 'def']] },
    ],
    ['whole', { a: 1 }, [{ op: 'replace', path: '', value: [1] }], [1]],
    ['empty name', { '': 1 }, [{ op: 'replace', path: '/', value: 2 }], { '': 2 }],
    ['null', { a: null }, [{ op: 'replace', path: '/a', value: 0 }], { a: 0 }],
  ])('%s', (_, document, patch, result) => {
    const before = structuredClone(document);
    expect(applyPatch(document, patch)).toEqual(result);
    expect(document).toEqual(before);
  });

  test.each<readonly [name: string, patch: PatchOperation]>([
    ['A.9: a test that fails', { op: 'test', path: '/baz', value: 'bar' }],
    ['A.12: no parent', { op: 'add', path: '/nope/bat', value: 'qux' }],
    ['A.15: a string is no number', { op: 'test', path: '/baz', value: 10 }],
    ['beyond the end', { op: 'add', path: '/list/3', value: 1 }],
    ['a leading zero', { op: 'replace', path: '/list/01', value: 1 }],
    ['the place behind the last', { op: 'replace', path: '/list/-', value: 1 }],
    ['nothing to remove', { op: 'remove', path: '/gone' }],
    ['nothing to replace', { op: 'replace', path: '/gone', value: 1 }],
    ['into a string', { op: 'add', path: '/baz/0', value: 1 }],
    ['no pointer', { op: 'add', path: 'baz', value: 1 }],
    ['what is inherited is not there', { op: 'replace', path: '/toString', value: 1 }],
    ['the whole document', { op: 'remove', path: '' }],
  ])('refuses %s, naming the operation', (_, operation) => {
    const document = { baz: 'qux', list: [1, 2] };
    expect(() => applyPatch(document, [{ op: 'add', path: '/new', value: 1 }, operation])).toThrow(
      /^operation 1/,
    );
    expect(document).toEqual({ baz: 'qux', list: [1, 2] });
  });

  test('a member called __proto__ is a member like any other', () => {
    const patched = applyPatch({}, [{ op: 'add', path: '/__proto__', value: { polluted: true } }]);
    expect(Object.hasOwn(patched as object, '__proto__')).toBe(true);
    expect(({} as Record<string, unknown>).polluted).toBeUndefined();
  });

  test('equality is that of JSON, members in any order', () => {
    const json = fc.jsonValue({ maxDepth: 3 }).map((value) => JSON.parse(JSON.stringify(value)) as Json);
    fc.assert(
      fc.property(json, json, (a, b) => {
        const canonical = (value: Json): string =>
          JSON.stringify(value, (_, one) =>
            typeof one === 'object' && one !== null && !Array.isArray(one)
              ? Object.fromEntries(Object.entries(one).sort(([x], [y]) => (x < y ? -1 : 1)))
              : one,
          );
        expect(isEqual(a, structuredClone(a))).toBe(true);
        expect(isEqual(a, b)).toBe(canonical(a) === canonical(b));
      }),
    );
    expect(isEqual({ a: 1, b: 2 }, { b: 2, a: 1 })).toBe(true);
    expect(isEqual([], {})).toBe(false);
    expect(isEqual({ a: undefined }, {})).toBe(false);
  });
});
