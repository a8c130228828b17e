/** A TypeScript client of an OpenAPI document: the types of its schemas, and a class with a method for each operation. */
import {
  commentOf,
  declareTypes,
  type JsonSchema,
  type NamedSchemas,
  propertyName,
  typeOf,
} from './typescript-types.ts';

interface Content {
  readonly content?: Readonly<Record<string, { readonly schema?: JsonSchema }>>;
}

interface Parameter {
  readonly name: string;
  readonly in: string;
  readonly required?: boolean;
  readonly description?: string;
  readonly schema?: JsonSchema;
}

interface Operation {
  readonly operationId?: string;
  readonly summary?: string;
  readonly description?: string;
  readonly parameters?: readonly Parameter[];
  readonly requestBody?: Content & { readonly required?: boolean };
  readonly responses?: Readonly<Record<string, Content>>;
  readonly security?: readonly object[];
}

/** What of a document is read. */
export interface ClientDocument {
  readonly paths?: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
  readonly components?: { readonly schemas?: object };
}

const METHODS = ['get', 'put', 'post', 'patch', 'delete'];
const JSON_TYPE = 'application/json';

/**
 * The name of an operation's method: its operationId, or method and path without the version, parameters left out and
 * what they pick one of in the singular: GET /v1/listeners/{id}/discover-weekly is getListenerDiscoverWeekly.
 */
export function methodName(method: string, path: string, operationId?: string): string {
  if (operationId !== undefined) return operationId;
  const segments = path.split('/').filter((segment) => segment !== '' && !/^v?\d+$/.test(segment));
  const words = segments.flatMap((segment, i) => {
    if (segment.startsWith('{')) return [];
    const picksOne = segments[i + 1]?.startsWith('{') === true;
    const one = segment.replace(/ies$/, 'y').replace(/(?<=ss)es$|(?<!s)s$/, '');
    return (picksOne ? one : segment).split(/[^A-Za-z0-9]+/);
  });
  return method + words.map((word) => word.charAt(0).toUpperCase() + word.slice(1)).join('');
}

/**
 * The source, not yet formatted, of a module beside transport.ts. Throws Error where the document has something that
 * has no type, or two operations would be called alike.
 */
export function writeClient(document: ClientDocument): string {
  const schemas = (document.components?.schemas ?? {}) as NamedSchemas;
  const methods = new Map<string, { readonly of: string; readonly text: string }>();
  for (const [path, operations] of Object.entries(document.paths ?? {}))
    for (const method of METHODS) {
      const operation = operations[method] as Operation | undefined;
      if (operation === undefined) continue;
      const of = `${method.toUpperCase()} ${path}`;
      const name = methodName(method, path, operation.operationId);
      const other = methods.get(name)?.of;
      if (other !== undefined)
        throw new Error(`${of} and ${other} would both be called ${name}: give one an operationId.`);
      methods.set(name, { of, text: writeMethod({ name, method, path, of, operation }, schemas) });
    }
  const texts = [...methods].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, { text }]) => text);
  return `/** Segue's API, written from its OpenAPI document by \`npm run client\`; changes made here are lost. */
import { type CallOptions, createTransport, type Transport, type TransportOptions } from './transport.ts';

${declareTypes(schemas)}
/** One method for each operation. All throw SegueProblem where the answer is none that the operation promises. */
export class SegueClient {
  readonly #call: Transport;

  constructor(options: TransportOptions) {
    this.#call = createTransport(options);
  }

${texts.join('\n')}}
`;
}

interface Method {
  readonly name: string;
  readonly method: string;
  readonly path: string;
  /** `GET /v1/…`, for errors and comments. */
  readonly of: string;
  readonly operation: Operation;
}

function writeMethod({ name, method, path, of, operation }: Method, schemas: NamedSchemas): string {
  const members = [...parameterMembers(operation, schemas, of), ...bodyMember(operation, schemas, of)];
  const query = (operation.parameters ?? []).filter((parameter) => parameter.in === 'query');
  const isOptional = members.every(({ isRequired }) => !isRequired);
  const input =
    members.length === 0
      ? ''
      : `input: {\n${members.map(({ text }) => text).join('')}}${isOptional ? ' = {}' : ''},`;
  const request = {
    method: method.toUpperCase(),
    path,
    ...(query.length > 0 && { query: query.map((parameter) => parameter.name) }),
    ...(operation.security !== undefined && { secured: true }),
  };
  return `${commentOf(operation.summary, operation.description, of)}${name}(${input} options?: CallOptions): Promise<${answerOf(operation, schemas, of)}> {
    return this.#call(${JSON.stringify(request)}, ${members.length === 0 ? '{}' : 'input'}, options);
  }
`;
}

interface Member {
  readonly text: string;
  readonly isRequired: boolean;
}

function parameterMembers({ parameters = [] }: Operation, schemas: NamedSchemas, of: string): Member[] {
  const names = new Set<string>();
  return parameters.map(({ name, in: place, required = false, description, schema = true }) => {
    if (place !== 'path' && place !== 'query') throw new Error(`${of}: a parameter in ${place} is not sent`);
    if (names.has(name) || name === 'body') throw new Error(`${of}: two parameters would be called ${name}`);
    names.add(name);
    return memberOf(name, typeOf(schema, schemas, `${of} ${name}`), required, description);
  });
}

function bodyMember({ requestBody }: Operation, schemas: NamedSchemas, of: string): Member[] {
  if (requestBody === undefined) return [];
  const schema = requestBody.content?.[JSON_TYPE]?.schema;
  if (schema === undefined) throw new Error(`${of}: its body is not ${JSON_TYPE}`);
  return [memberOf('body', typeOf(schema, schemas, `${of} body`), requestBody.required === true)];
}

function memberOf(name: string, type: string, isRequired: boolean, description?: string): Member {
  const member = `${propertyName(name)}${isRequired ? '' : '?'}: ${type}${isRequired ? '' : ' | undefined'}`;
  return { text: `${commentOf(description)}readonly ${member};\n`, isRequired };
}

/** A member of the union for each status of success. */
function answerOf({ responses = {} }: Operation, schemas: NamedSchemas, of: string): string {
  const answers = Object.entries(responses).flatMap(([status, { content }]) => {
    if (!/^2\d\d$/.test(status)) return [];
    const schema = content?.[JSON_TYPE]?.schema;
    if (content !== undefined && schema === undefined)
      throw new Error(`${of}: ${status} is not ${JSON_TYPE}`);
    const data = schema === undefined ? 'undefined' : typeOf(schema, schemas, `${of} ${status}`);
    return [`{ readonly status: ${status}; readonly data: ${data} }`];
  });
  if (answers.length === 0) throw new Error(`${of}: has no answer of success`);
  return answers.join(' | ');
}
