/** Evaluates expressions of Google's Workflows over plain values, and raises what Google raises. */
import { expressionIn, type Node, parseExpression } from './workflow-expressions.ts';

export type Data = null | boolean | number | string | readonly Data[] | { readonly [key: string]: Data };
export type Variables = Map<string, Data>;

/** What a workflow raises: text or a map, the latter with `tags` where the platform raised it. */
export class Raised extends Error {
  override readonly name = 'Raised';
  readonly data: Data;

  constructor(data: Data) {
    super(typeof data === 'string' ? data : JSON.stringify(data));
    this.data = data;
  }
}

/** An error of the platform, as `HttpError`. */
export function platformError(
  tag: string,
  message: string,
  more: Readonly<Record<string, Data>> = {},
): Raised {
  return new Raised({ tags: [tag], message, ...more });
}

export interface Surroundings {
  readonly environment: Readonly<Record<string, string>>;
  readonly now: () => number;
}

const isMap = (value: Data | undefined): value is { readonly [key: string]: Data } =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** A value with every expression in it evaluated. */
export function evaluate(value: unknown, variables: Variables, around: Surroundings): Data {
  if (Array.isArray(value)) return value.map((item) => evaluate(item, variables, around));
  if (typeof value === 'object' && value !== null)
    return Object.fromEntries(
      Object.entries(value).map(([key, item]) => [key, evaluate(item, variables, around)]),
    );
  if (typeof value !== 'string') return value as Data;
  const expression = expressionIn(value);
  return expression === undefined ? value : compute(parseExpression(expression), variables, around);
}

function compute(node: Node, variables: Variables, around: Surroundings): Data {
  const of = (inner: Node) => compute(inner, variables, around);
  switch (node.kind) {
    case 'literal':
      return node.value;
    case 'name': {
      const found = variables.get(node.name);
      if (found === undefined) throw platformError('KeyError', `there is no variable ${node.name}`);
      return found;
    }
    case 'member':
      return memberOf(of(node.of), node.name);
    case 'index': {
      const [list, at] = [of(node.of), of(node.at)];
      if (isMap(list)) return memberOf(list, String(at));
      const item = Array.isArray(list) ? (list as readonly Data[])[Number(at)] : undefined;
      if (item === undefined) throw platformError('IndexError', `no item ${String(at)}`);
      return item;
    }
    case 'unary': {
      const inner = of(node.of);
      return node.operator === 'not' ? !asBoolean(inner) : -asNumber(inner);
    }
    case 'binary':
      // Both sides are always computed: whether Google stops early is not documented, so nothing may rely on it.
      return operate(node.operator, of(node.left), of(node.right));
    case 'call':
      return call(node.name, node.args.map(of), around);
  }
}

function memberOf(map: Data, name: string): Data {
  if (!isMap(map)) throw platformError('TypeError', `${JSON.stringify(map)} has no members`);
  const found = map[name];
  if (found === undefined) throw platformError('KeyError', `key not found: ${name}`);
  return found;
}

function asBoolean(value: Data): boolean {
  if (typeof value !== 'boolean') throw platformError('TypeError', `${JSON.stringify(value)} is no boolean`);
  return value;
}

function asNumber(value: Data | undefined): number {
  if (typeof value !== 'number') throw platformError('TypeError', `${JSON.stringify(value)} is no number`);
  return value;
}

function operate(operator: string, left: Data, right: Data): Data {
  switch (operator) {
    case 'and':
      return asBoolean(left) && asBoolean(right);
    case 'or':
      return asBoolean(left) || asBoolean(right);
    case '==':
      return JSON.stringify(left) === JSON.stringify(right);
    case '!=':
      return JSON.stringify(left) !== JSON.stringify(right);
    case 'in':
      if (Array.isArray(right)) return (right as readonly Data[]).includes(left);
      if (isMap(right)) return String(left) in right;
      throw platformError('TypeError', 'in needs a list or a map');
    case '+':
      if (typeof left === 'string' && typeof right === 'string') return left + right;
      return asNumber(left) + asNumber(right);
    case '-':
      return asNumber(left) - asNumber(right);
    case '*':
      return asNumber(left) * asNumber(right);
    case '/':
      return asNumber(left) / asNumber(right);
    case '//':
      return Math.floor(asNumber(left) / asNumber(right));
    case '%':
      return asNumber(left) % asNumber(right);
    case '<':
      return asNumber(left) < asNumber(right);
    case '<=':
      return asNumber(left) <= asNumber(right);
    case '>':
      return asNumber(left) > asNumber(right);
    case '>=':
      return asNumber(left) >= asNumber(right);
    default:
      throw new Error(`The interpreter knows no operator ${operator}.`);
  }
}

function call(name: string, args: readonly Data[], { environment, now }: Surroundings): Data {
  const [first = null, second = null] = args;
  switch (name) {
    case 'default':
      return first ?? second;
    case 'int':
      return Math.trunc(asNumber(first));
    case 'json.encode_to_string':
      return JSON.stringify(first);
    case 'map.get':
      if (!isMap(first)) throw platformError('TypeError', 'map.get needs a map');
      return first[String(second)] ?? null;
    case 'sys.get_env': {
      const found = environment[String(first)];
      if (found === undefined)
        throw platformError('KeyError', `there is no ${String(first)} in the environment`);
      return found;
    }
    case 'sys.now':
      return now();
    case 'text.split':
      return String(first).split(String(second));
    default:
      throw new Error(`The interpreter knows no function ${name}.`);
  }
}
