/** Tokens with their brackets matched, and a cursor to walk them. */
import type { Token, Tokens } from './tokens.ts';
import { type Place, UnsupportedSql } from './unsupported.ts';

/** What stands between a pair of brackets; its place is the opening bracket. */
export interface Group extends Place {
  readonly kind: 'group';
  readonly before: string;
  readonly items: readonly Node[];
  /** White space and comments before the closing bracket. */
  readonly rest: string;
}

export type Node = Token | Group;

const CLOSING: Readonly<Record<string, string>> = { '(': ')', '[': ']', '<': '>' };

/**
 * Matches brackets: round, square, and the angle ones of `ARRAY<…>` and `STRUCT<…>`.
 * @throws UnsupportedSql at a bracket that has no partner.
 */
export function buildTree(source: Tokens, file: string): Node[] {
  const root: Node[] = [];
  const open: { token: Token; items: Node[] }[] = [];
  let items = root;
  const close = (token: Token, text: string): void => {
    const opened = open.pop();
    if (opened === undefined || CLOSING[opened.token.text] !== text) {
      throw new UnsupportedSql(file, token, 'this bracket closes nothing');
    }
    const { text: bracket, line, column, before } = opened.token;
    const group: Group = { kind: 'group', text: bracket, line, column, before, items, rest: token.before };
    items = opened.items;
    items.push(group);
  };
  let previous: Token | undefined;
  for (const token of source.tokens) {
    const text = token.kind === 'symbol' ? token.text : '';
    const angle = text === '<' && /^(?:ARRAY|STRUCT)$/.test(wordOf(previous));
    if (text === '(' || text === '[' || angle) {
      open.push({ token, items });
      items = [];
    } else if (text === ')' || text === ']') close(token, text);
    else if (/^>>?$/.test(text) && open.at(-1)?.token.text === '<')
      for (const half of text) close(token, half);
    else items.push(token);
    previous = token;
  }
  const unclosed = open.pop();
  if (unclosed !== undefined) throw new UnsupportedSql(file, unclosed.token, 'this bracket is never closed');
  return root;
}

/** Splits at commas of this level; nothing at all is no part. */
export function splitCommas(nodes: readonly Node[]): Node[][] {
  const parts: Node[][] = [[]];
  for (const node of nodes) {
    if (node.kind === 'symbol' && node.text === ',') parts.push([]);
    else parts.at(-1)?.push(node);
  }
  return nodes.length === 0 ? [] : parts;
}

/** The upper-case text of a bare word, '' of anything else. */
export function wordOf(node: Node | undefined): string {
  return node?.kind === 'word' ? node.text.toUpperCase() : '';
}

/** A symbol's text, '' of anything else. */
export function symbolOf(node: Node | undefined): string {
  return node?.kind === 'symbol' ? node.text : '';
}

/** Whether the node is a bracket of this kind. */
export function isGroup<B extends '(' | '[' | '<'>(
  node: Node | undefined,
  bracket: B,
): node is Group & { readonly text: B } {
  return node?.kind === 'group' && node.text === bracket;
}

/** Nodes as compact text, for comparing two expressions: words without case, the rest as written. */
export function canonical(nodes: readonly Node[]): string {
  return nodes
    .map((node) => {
      if (node.kind === 'group') return `${node.text}${canonical(node.items)}${CLOSING[node.text]}`;
      return node.kind === 'word' ? node.text.toLowerCase() : node.text;
    })
    .join(' ');
}

/** Walks nodes of one level. */
export class Cursor {
  readonly nodes: readonly Node[];
  at = 0;

  constructor(nodes: readonly Node[]) {
    this.nodes = nodes;
  }

  get done(): boolean {
    return this.at >= this.nodes.length;
  }

  peek(ahead = 0): Node | undefined {
    return this.nodes[this.at + ahead];
  }

  word(ahead = 0): string {
    return wordOf(this.peek(ahead));
  }

  symbol(ahead = 0): string {
    return symbolOf(this.peek(ahead));
  }

  /** Steps over these words if they come next. */
  take(...words: string[]): boolean {
    if (!words.every((word, i) => this.word(i) === word)) return false;
    this.at += words.length;
    return true;
  }
}
