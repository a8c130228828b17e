/** JSON Schema, as OpenAPI 3.1 has it, as TypeScript types: what this API's document uses, an error for the rest. */

/** A schema, or `true` and `false` for anything and nothing. */
export type JsonSchema = boolean | { readonly [keyword: string]: unknown };
export type NamedSchemas = Readonly<Record<string, JsonSchema>>;

const REFERENCE = '#/components/schemas/';

/** These narrow values in ways that TypeScript has no word for, or only describe. */
const WITHOUT_TYPE = new Set([
  'title',
  'description',
  'example',
  'examples',
  'default',
  'deprecated',
  'format',
  'pattern',
  'minimum',
  'maximum',
  'exclusiveMinimum',
  'exclusiveMaximum',
  'multipleOf',
  'minLength',
  'maxLength',
  'minItems',
  'maxItems',
  'uniqueItems',
  'minProperties',
  'maxProperties',
  // oneOf says the same, and each member has its own literal.
  'discriminator',
]);

const WITH_TYPE = new Set([
  '$ref',
  'const',
  'enum',
  'anyOf',
  'oneOf',
  'allOf',
  'type',
  'properties',
  'required',
  'additionalProperties',
  'propertyNames',
  'items',
  'prefixItems',
]);

const PRIMITIVES: Readonly<Record<string, string>> = {
  string: 'string',
  number: 'number',
  integer: 'number',
  boolean: 'boolean',
  null: 'null',
};

type Keywords = Exclude<JsonSchema, boolean>;

/** A comment in front of a declaration or a member; empty where there is nothing to say. */
export function commentOf(...lines: readonly unknown[]): string {
  const text = lines
    .filter((line) => typeof line === 'string' && line !== '')
    .join('\n')
    .replaceAll('*/', '* /');
  if (text === '') return '';
  return text.includes('\n') ? `/**\n * ${text.replaceAll('\n', '\n * ')}\n */\n` : `/** ${text} */\n`;
}

/** `name`, or `'na-me'` where it is no identifier. */
export function propertyName(name: string): string {
  return /^[A-Za-z_$][\w$]*$/.test(name) ? name : JSON.stringify(name);
}

/** The declarations of all schemas, each exported under its own name. Throws Error where one cannot be said. */
export function declareTypes(schemas: NamedSchemas): string {
  return Object.entries(schemas)
    .map(([name, schema]) => {
      if (!/^[A-Z]\w*$/.test(name)) throw new Error(`#/components/schemas/${name}: is no name of a type`);
      const description = typeof schema === 'object' ? schema.description : undefined;
      const type = typeOf(schema, schemas, `${REFERENCE}${name}`);
      const isPlainObject = type.startsWith('{') && typeof schema === 'object' && schema.type === 'object';
      const declared = isPlainObject ? `interface ${name} ${type}` : `type ${name} = ${type};`;
      return `${commentOf(description)}export ${declared}\n`;
    })
    .join('\n');
}

/**
 * The type of a schema; `schemas` are those that it may refer to. Throws Error, naming the place (`at`), for a keyword
 * that it does not know: a type that leaves something out would be a wrong one.
 */
export function typeOf(schema: JsonSchema, schemas: NamedSchemas, at: string): string {
  if (schema === true) return 'unknown';
  if (schema === false) return 'never';
  for (const keyword of Object.keys(schema))
    if (!WITH_TYPE.has(keyword) && !WITHOUT_TYPE.has(keyword) && !keyword.startsWith('x-'))
      throw new Error(`${at}: ${keyword} has no type here`);
  const parts = [
    ...referenced(schema, schemas, at),
    ...literals(schema),
    ...alternatives(schema, schemas, at),
    ...extended(schema, schemas, at),
    ...ofType(schema, schemas, at),
  ];
  return parts.length === 0 ? 'unknown' : joined(parts, '&');
}

function referenced(schema: Keywords, schemas: NamedSchemas, at: string): string[] {
  if (schema.$ref === undefined) return [];
  const name = String(schema.$ref).slice(REFERENCE.length);
  if (String(schema.$ref) !== REFERENCE + name || !Object.hasOwn(schemas, name))
    throw new Error(`${at}: there is no ${String(schema.$ref)}`);
  return [name];
}

function literals({ const: only, enum: values }: Keywords): string[] {
  const all = only !== undefined ? [only] : (values as readonly unknown[] | undefined);
  return all === undefined ? [] : [joined(all.map(literal), '|')];
}

function literal(value: unknown): string {
  return JSON.stringify(value);
}

function alternatives(schema: Keywords, schemas: NamedSchemas, at: string): string[] {
  return (['anyOf', 'oneOf'] as const).flatMap((keyword) => {
    const members = schema[keyword] as readonly JsonSchema[] | undefined;
    if (members === undefined) return [];
    return [
      joined(
        members.map((member, i) => typeOf(member, schemas, `${at}/${keyword}/${i}`)),
        '|',
      ),
    ];
  });
}

/**
 * allOf is how the document says that one schema extends another: what a later member says of a property holds instead
 * of what an earlier one said, and what any of them requires is there.
 */
function extended(schema: Keywords, schemas: NamedSchemas, at: string): string[] {
  const members = schema.allOf as readonly JsonSchema[] | undefined;
  if (members === undefined) return [];
  const required = namesIn(schema, 'required', schemas);
  return members.map((member, i) => {
    const own = namesIn(member, 'properties', schemas);
    const later = members.slice(i + 1).flatMap((other) => [...namesIn(other, 'properties', schemas)]);
    const replaced = [...new Set(later)].filter((name) => own.has(name));
    const type = typeOf(withRequired(member, required), schemas, `${at}/allOf/${i}`);
    return replaced.length === 0 ? type : `Omit<${type}, ${joined(replaced.map(literal), '|')}>`;
  });
}

function withRequired(schema: JsonSchema, names: ReadonlySet<string>): JsonSchema {
  if (typeof schema === 'boolean' || schema.properties === undefined) return schema;
  return { ...schema, required: Object.keys(schema.properties as object).filter((name) => names.has(name)) };
}

/** The names of all properties that a schema describes, or that it requires, also by what it extends. */
function namesIn(
  schema: JsonSchema,
  keyword: 'properties' | 'required',
  schemas: NamedSchemas,
): ReadonlySet<string> {
  if (typeof schema === 'boolean') return new Set();
  const target = typeof schema.$ref === 'string' ? schemas[schema.$ref.slice(REFERENCE.length)] : undefined;
  const members = (schema.allOf as readonly JsonSchema[] | undefined) ?? [];
  const own = (schema[keyword] ?? []) as readonly string[] | Readonly<Record<string, unknown>>;
  return new Set([
    ...(Array.isArray(own) ? (own as readonly string[]) : Object.keys(own)),
    ...[...members, ...(target === undefined ? [] : [target])].flatMap((member) => [
      ...namesIn(member, keyword, schemas),
    ]),
  ]);
}

function ofType(schema: Keywords, schemas: NamedSchemas, at: string): string[] {
  // An enumeration says more than its type.
  if (schema.enum !== undefined || schema.const !== undefined) return [];
  const types = Array.isArray(schema.type) ? schema.type : [schema.type ?? impliedType(schema)];
  const known = types.filter((type): type is string => type !== undefined);
  if (known.length === 0) return [];
  return [
    joined(
      known.map((type) => ofOneType(type, schema, schemas, at)),
      '|',
    ),
  ];
}

function impliedType({ properties, additionalProperties, items, prefixItems }: Keywords): string | undefined {
  if (properties !== undefined || additionalProperties !== undefined) return 'object';
  return items !== undefined || prefixItems !== undefined ? 'array' : undefined;
}

function ofOneType(type: string, schema: Keywords, schemas: NamedSchemas, at: string): string {
  const primitive = PRIMITIVES[type];
  if (primitive !== undefined) return primitive;
  if (type === 'array') return arrayOf(schema, schemas, at);
  if (type === 'object') return objectOf(schema, schemas, at);
  throw new Error(`${at}: ${type} is no type`);
}

function arrayOf({ items, prefixItems }: Keywords, schemas: NamedSchemas, at: string): string {
  const rest = typeOf((items as JsonSchema | undefined) ?? true, schemas, `${at}/items`);
  if (prefixItems === undefined) return `readonly ${wrapped(rest)}[]`;
  const first = (prefixItems as readonly JsonSchema[]).map((item, i) =>
    typeOf(item, schemas, `${at}/prefixItems/${i}`),
  );
  return `readonly [${[...first, ...(rest === 'never' ? [] : [`...${wrapped(rest)}[]`])].join(', ')}]`;
}

function objectOf(schema: Keywords, schemas: NamedSchemas, at: string): string {
  const properties = (schema.properties ?? {}) as NamedSchemas;
  const required = (schema.required ?? []) as readonly string[];
  for (const name of required)
    if (!Object.hasOwn(properties, name)) throw new Error(`${at}: ${name} is required and not described`);
  const members = Object.entries(properties).map(([name, property]) => {
    const description = typeof property === 'object' ? property.description : undefined;
    const mark = required.includes(name) ? '' : '?';
    const type = typeOf(property, schemas, `${at}/properties/${name}`);
    return `${commentOf(description)}readonly ${propertyName(name)}${mark}: ${type};\n`;
  });
  const others = schema.additionalProperties as JsonSchema | undefined;
  const isClosed = others === false || (others === undefined && members.length > 0);
  if (isClosed) return `{\n${members.join('')}}`;
  const value = typeOf(others ?? true, schemas, `${at}/additionalProperties`);
  if (members.length === 0) return recordOf(schema, value, schemas, at);
  if (value !== 'unknown') throw new Error(`${at}: properties beside additionalProperties have no type here`);
  return `{\n${members.join('')}readonly [name: string]: unknown;\n}`;
}

function recordOf(schema: Keywords, value: string, schemas: NamedSchemas, at: string): string {
  const names = schema.propertyNames as JsonSchema | undefined;
  const key = names === undefined ? 'string' : typeOf(names, schemas, `${at}/propertyNames`);
  const record = `Record<${key}, ${value}>`;
  return key === 'string' ? `Readonly<${record}>` : `Readonly<Partial<${record}>>`;
}

/** Members without repetition; anything that is one of unknown is unknown. */
function joined(parts: readonly string[], by: '|' | '&'): string {
  const distinct = [...new Set(parts)];
  if (by === '|' && distinct.includes('unknown')) return 'unknown';
  const [only, ...more] = distinct.filter((part) => by === '|' || part !== 'unknown');
  if (only === undefined) return 'unknown';
  return more.length === 0 ? only : [only, ...more].map(wrapped).join(` ${by} `);
}

/** In parentheses where it would come apart as a member of something larger. */
function wrapped(type: string): string {
  return /^(?:-?[\w$.]+|"(?:[^"\\]|\\.)*"|\{[^{}]*\}|[\w$]+<[^<>]*>)$/.test(type) ? type : `(${type})`;
}
