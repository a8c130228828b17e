import { describe, expect, test } from 'vitest';
import { declareTypes, type JsonSchema, typeOf } from '../../../shared/api/typescript-types.ts';

const SCHEMAS = {
  Track: {
    type: 'object',
    properties: { id: { type: 'string' }, source: { type: 'string', enum: ['a', 'b'] } },
    required: ['id', 'source'],
  },
};
const plain = (schema: JsonSchema) => typeOf(schema, SCHEMAS, 'here').replaceAll(/\s+/g, ' ');

describe('the type of a schema', () => {
  test.each<[JsonSchema, string]>([
    [{}, 'unknown'],
    [true, 'unknown'],
    [false, 'never'],
    [{ description: 'Anything.' }, 'unknown'],
    [{ type: 'string', minLength: 1, pattern: '^a', format: 'uuid', example: 'a' }, 'string'],
    [{ type: 'integer', minimum: 0 }, 'number'],
    [{ type: ['string', 'null'] }, 'string | null'],
    [{ type: ['integer', 'number'] }, 'number'],
    [{ const: 'own' }, '"own"'],
    [{ const: null }, 'null'],
    [{ type: 'number', enum: [1, 0, -1] }, '1 | 0 | -1'],
    [{ type: ['string', 'null'], enum: ['it’s', '"b"', null] }, '"it’s" | "\\"b\\"" | null'],
    [{ $ref: '#/components/schemas/Track' }, 'Track'],
    [{ anyOf: [{ type: 'string' }, { type: 'integer' }, { type: 'number' }] }, 'string | number'],
    [{ anyOf: [{ type: 'string' }, {}] }, 'unknown'],
    [{ type: 'array', items: { type: 'string' }, maxItems: 9 }, 'readonly string[]'],
    [{ type: 'array', items: { type: ['string', 'null'] } }, 'readonly (string | null)[]'],
    [
      { type: 'array', items: { type: 'array', items: { type: 'number' } } },
      'readonly (readonly number[])[]',
    ],
    [{ type: 'array' }, 'readonly unknown[]'],
    [{ type: ['array', 'null'], items: { type: 'string' } }, '(readonly string[]) | null'],
    [
      { type: 'array', prefixItems: [{ type: 'string' }, { type: 'null' }], items: false },
      'readonly [string, null]',
    ],
    [{ prefixItems: [{ type: 'string' }], items: { type: 'number' } }, 'readonly [string, ...number[]]'],
    [{ type: 'object' }, 'Readonly<Record<string, unknown>>'],
    [{ type: 'object', additionalProperties: false }, '{ }'],
    [{ type: 'object', additionalProperties: { type: 'number' } }, 'Readonly<Record<string, number>>'],
    [
      { type: 'object', propertyNames: { enum: ['a', 'b'] }, additionalProperties: { type: 'number' } },
      'Readonly<Partial<Record<"a" | "b", number>>>',
    ],
    [
      { properties: { a: { type: 'string' }, 'b-c': {} }, required: ['a'], additionalProperties: false },
      '{ readonly a: string; readonly "b-c"?: unknown; }',
    ],
    [
      { type: 'object', properties: { a: { type: 'string' } }, additionalProperties: {} },
      '{ readonly a?: string; readonly [name: string]: unknown; }',
    ],
    [
      {
        oneOf: [{ $ref: '#/components/schemas/Track' }, { type: 'null' }],
        discriminator: { propertyName: 'id' },
      },
      'Track | null',
    ],
    [{ $ref: '#/components/schemas/Track', description: 'One.' }, 'Track'],
  ])('%j', (schema, expected) => {
    expect(plain(schema)).toBe(expected);
  });

  test('what extends another says its own of a property, and what either requires is there', () => {
    const own = { properties: { source: { enum: ['c'] }, more: { type: 'string' } }, required: ['more'] };
    expect(plain({ allOf: [{ $ref: '#/components/schemas/Track' }, own] })).toBe(
      'Omit<Track, "source"> & { readonly source: "c"; readonly more: string; }',
    );
    expect(plain({ allOf: [{ $ref: '#/components/schemas/Track' }, { properties: { x: {} } }] })).toBe(
      'Track & { readonly x?: unknown; }',
    );
  });

  test('descriptions become comments that they cannot end', () => {
    const schema = { properties: { a: { type: 'string', description: 'As */ it is.\nTwo lines.' } } };
    expect(typeOf(schema, {}, 'here')).toContain(
      '/**\n * As * / it is.\n * Two lines.\n */\nreadonly a?: string;',
    );
  });

  test.each<[JsonSchema, string]>([
    [{ not: { type: 'string' } }, 'not has no type'],
    [{ type: 'object', patternProperties: {} }, 'patternProperties has no type'],
    [{ type: 'string', nullable: true }, 'nullable has no type'],
    [{ $ref: '#/components/schemas/Nobody' }, 'there is no #/components/schemas/Nobody'],
    [{ $ref: 'other.json#/Track' }, 'there is no other.json'],
    [{ type: 'text' }, 'text is no type'],
    [{ properties: { a: {} }, required: ['b'] }, 'b is required and not described'],
    [{ properties: { a: {} }, additionalProperties: { type: 'number' } }, 'beside additionalProperties'],
  ])('%j is refused, naming the place, rather than said wrongly', (schema, message) => {
    const nested = { properties: { a: { type: 'array', items: schema } } };
    expect(() => typeOf(nested, SCHEMAS, 'here')).toThrow(message);
    expect(() => typeOf(nested, SCHEMAS, 'here')).toThrow('here/properties/a/items');
  });
});

test('each schema is declared under its name', () => {
  expect(
    declareTypes({ ...SCHEMAS, Tracks: { type: 'array', items: { $ref: '#/components/schemas/Track' } } }),
  ).toBe(
    'export interface Track {\nreadonly id: string;\nreadonly source: "a" | "b";\n}\n\nexport type Tracks = readonly Track[];\n',
  );
  expect(() => declareTypes({ 'not-a-name': {} })).toThrow('#/components/schemas/not-a-name');
});
