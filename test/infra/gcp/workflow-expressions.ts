/** Expressions of Google's Workflows: a lexer and a parser, for the validator and the interpreter. */

export type Node =
  | { readonly kind: 'literal'; readonly value: string | number | boolean | null }
  | { readonly kind: 'name'; readonly name: string }
  | { readonly kind: 'member'; readonly of: Node; readonly name: string }
  | { readonly kind: 'index'; readonly of: Node; readonly at: Node }
  /** `map.get(…)`: functions are called by their dotted name only. */
  | { readonly kind: 'call'; readonly name: string; readonly args: readonly Node[] }
  | { readonly kind: 'unary'; readonly operator: 'not' | '-'; readonly of: Node }
  | { readonly kind: 'binary'; readonly operator: string; readonly left: Node; readonly right: Node };

interface Token {
  readonly kind: 'number' | 'string' | 'name' | 'sign' | 'end';
  readonly text: string;
}

const TOKEN =
  /\s*(?:(?<number>\d+(?:\.\d+)?)|(?<string>"(?:[^"\\]|\\.)*")|(?<name>[A-Za-z_]\w*)|(?<sign>==|!=|<=|>=|\/\/|[-+*/%<>()[\].,]))/y;

/** Binary operators, loosest first (Workflows: expressions, operators). */
const LEVELS: readonly (readonly string[])[] = [
  ['or'],
  ['and'],
  ['==', '!=', '<', '<=', '>', '>=', 'in'],
  ['+', '-'],
  ['*', '/', '//', '%'],
];
const WORDS = new Set(['and', 'or', 'not', 'in', 'true', 'false', 'null']);

function tokensOf(text: string): Token[] {
  const tokens: Token[] = [];
  TOKEN.lastIndex = 0;
  let at = 0;
  while (text.slice(at).trim() !== '') {
    TOKEN.lastIndex = at;
    const match = TOKEN.exec(text);
    const [kind, found] = Object.entries(match?.groups ?? {}).find(([, value]) => value !== undefined) ?? [];
    if (match === null || kind === undefined || found === undefined)
      throw new Error(`unexpected ${JSON.stringify(text.slice(at).trim().slice(0, 10))}`);
    tokens.push({ kind: kind as Token['kind'], text: found });
    at = TOKEN.lastIndex;
  }
  return [...tokens, { kind: 'end', text: '' }];
}

/** The expression inside `${…}`; undefined where the text is none. Throws for a text that has one in the midst of it. */
export function expressionIn(text: string): string | undefined {
  const match = /^\$\{([\s\S]*)\}$/.exec(text.trim());
  if (match?.[1] !== undefined) return match[1];
  if (text.includes('${')) throw new Error('an expression has to be the whole of a value');
  return undefined;
}

/** Parses what stands between `${` and `}`. Throws an Error that says what is wrong. */
export function parseExpression(text: string): Node {
  const tokens = tokensOf(text);
  let position = 0;
  const peek = () => tokens[position] ?? { kind: 'end', text: '' };
  const take = () => {
    const token = peek();
    position += 1;
    return token;
  };
  const isSign = (sign: string) => peek().kind === 'sign' && peek().text === sign;
  const expect = (sign: string) => {
    const token = take();
    if (token.kind !== 'sign' || token.text !== sign)
      throw new Error(`expected ${sign} and found ${token.text || 'the end'}`);
  };

  function binary(level: number): Node {
    const operators = LEVELS[level];
    if (operators === undefined) return unary();
    let left = binary(level + 1);
    while (peek().kind !== 'string' && peek().kind !== 'number' && operators.includes(peek().text)) {
      const operator = take().text;
      left = { kind: 'binary', operator, left, right: binary(level + 1) };
    }
    return left;
  }

  function unary(): Node {
    if (peek().kind === 'name' && peek().text === 'not') {
      take();
      return { kind: 'unary', operator: 'not', of: unary() };
    }
    if (isSign('-')) {
      take();
      return { kind: 'unary', operator: '-', of: unary() };
    }
    return postfix(primary());
  }

  function primary(): Node {
    const token = take();
    if (token.kind === 'number') return { kind: 'literal', value: Number(token.text) };
    if (token.kind === 'string') return { kind: 'literal', value: JSON.parse(token.text) as string };
    if (token.kind === 'name') {
      if (token.text === 'null') return { kind: 'literal', value: null };
      if (token.text === 'true' || token.text === 'false')
        return { kind: 'literal', value: token.text === 'true' };
      if (WORDS.has(token.text)) throw new Error(`unexpected ${token.text}`);
      return { kind: 'name', name: token.text };
    }
    if (token.text === '(') {
      const inner = binary(0);
      expect(')');
      return inner;
    }
    throw new Error(`unexpected ${token.text || 'end'}`);
  }

  function postfix(start: Node): Node {
    let node = start;
    for (;;) {
      if (isSign('.')) {
        take();
        const name = take();
        if (name.kind !== 'name') throw new Error(`expected a name after the dot`);
        node = { kind: 'member', of: node, name: name.text };
      } else if (isSign('[')) {
        take();
        const index = binary(0);
        expect(']');
        node = { kind: 'index', of: node, at: index };
      } else if (isSign('(')) {
        take();
        const args: Node[] = [];
        while (!isSign(')')) {
          if (args.length > 0) expect(',');
          args.push(binary(0));
        }
        expect(')');
        node = { kind: 'call', name: dottedName(node), args };
      } else return node;
    }
  }

  const node = binary(0);
  if (peek().kind !== 'end') throw new Error(`unexpected ${peek().text}`);
  return node;
}

function dottedName(node: Node): string {
  if (node.kind === 'name') return node.name;
  if (node.kind === 'member') return `${dottedName(node.of)}.${node.name}`;
  throw new Error('only a function by its name can be called');
}

/** Every node, the root included. */
export function nodesOf(node: Node): Node[] {
  switch (node.kind) {
    case 'literal':
    case 'name':
      return [node];
    case 'member':
    case 'unary':
      return [node, ...nodesOf(node.of)];
    case 'index':
      return [node, ...nodesOf(node.of), ...nodesOf(node.at)];
    case 'call':
      return [node, ...node.args.flatMap(nodesOf)];
    case 'binary':
      return [node, ...nodesOf(node.left), ...nodesOf(node.right)];
  }
}
