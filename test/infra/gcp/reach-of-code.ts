/**
 * What each function reaches, read out of its code: from functions/<name>/index.ts along whatever it refers to, down to
 * the calls of ports. A method of an object that a port describes counts only where something calls a method of that name.
 */
import { fileURLToPath } from 'node:url';
import ts from 'typescript';

const ROOT = fileURLToPath(new URL('../../../', import.meta.url));

/** A call of a port's method, with the values that its first argument can have; or an opener of Google's services. */
export interface Call {
  readonly port: string;
  readonly method: string;
  readonly first: readonly string[];
}

/** Functions of shared/google that open something, by the files that hold them; what is behind them is Google's. */
const OPENERS: readonly string[] = [
  'shared/google/open.ts',
  'shared/google/open-brief-writers.ts',
  'shared/google/open-documents.ts',
  'shared/google/open-warehouse.ts',
];
const PORTS = ['RowStore', 'Topics', 'Warehouse', 'BuildSpace', 'Documents', 'BulkLoad'];

class Walk {
  readonly calls: Call[] = [];
  readonly #checker: ts.TypeChecker;
  readonly #seen = new Set<ts.Node>();
  /** Methods of object literals and classes, by name, until something calls one of that name. */
  readonly #waiting = new Map<string, ts.Node[]>();
  readonly #called = new Set<string>();

  readonly #without: readonly string[];

  constructor(checker: ts.TypeChecker, without: readonly string[]) {
    this.#checker = checker;
    this.#without = without;
  }

  visit(node: ts.Node): void {
    if (this.#seen.has(node) || ts.isTypeNode(node) || ts.isInterfaceDeclaration(node)) return;
    this.#seen.add(node);
    if (ts.isImportDeclaration(node) || ts.isTypeAliasDeclaration(node)) return;
    if (this.#isMethod(node)) {
      const name = node.name.getText();
      if (!this.#called.has(name)) {
        this.#seen.delete(node);
        this.#waiting.set(name, [...(this.#waiting.get(name) ?? []), node]);
        return;
      }
    }
    if (ts.isCallExpression(node)) this.#note(node);
    if (ts.isPropertyAccessExpression(node)) this.#call(node.name.text);
    // `{ read }` and `const { read } = rows` hand a method on, which then can be called.
    if (ts.isBindingElement(node)) this.#call((node.propertyName ?? node.name).getText());
    if (ts.isIdentifier(node)) this.#follow(node);
    ts.forEachChild(node, (child) => this.visit(child));
  }

  /** A method, or a property that holds a function: what is only there to be called. */
  #isMethod(node: ts.Node): node is ts.MethodDeclaration | ts.PropertyAssignment {
    if (ts.isMethodDeclaration(node)) return true;
    return (
      ts.isPropertyAssignment(node) &&
      (ts.isArrowFunction(node.initializer) || ts.isFunctionExpression(node.initializer)) &&
      ts.isReturnStatement(node.parent.parent)
    );
  }

  #call(name: string): void {
    if (this.#called.has(name)) return;
    this.#called.add(name);
    for (const node of this.#waiting.get(name) ?? []) this.visit(node);
    this.#waiting.delete(name);
  }

  /** Goes on where an identifier was declared, if that is the project's own code and not behind a port. */
  #follow(node: ts.Identifier): void {
    let symbol = this.#checker.getSymbolAtLocation(node);
    if (symbol === undefined) return;
    if (symbol.flags & ts.SymbolFlags.Alias) symbol = this.#checker.getAliasedSymbol(symbol);
    for (const declaration of symbol.declarations ?? []) {
      const file = fileOf(declaration);
      if (file.startsWith('shared/google/') || !/^(functions|shared)\//.test(file)) continue;
      const isWhole =
        ts.isFunctionDeclaration(declaration) ||
        ts.isVariableDeclaration(declaration) ||
        ts.isClassDeclaration(declaration);
      if (isWhole && !this.#without.includes(node.text)) this.visit(declaration);
    }
  }

  #note(node: ts.CallExpression): void {
    const callee = node.expression;
    const name = ts.isPropertyAccessExpression(callee) ? callee.name : callee;
    let symbol = this.#checker.getSymbolAtLocation(name);
    if (symbol !== undefined && symbol.flags & ts.SymbolFlags.Alias)
      symbol = this.#checker.getAliasedSymbol(symbol);
    for (const declaration of symbol?.declarations ?? []) {
      const owner = declaration.parent;
      if (ts.isInterfaceDeclaration(owner) && PORTS.includes(owner.name.text))
        this.#add(owner.name.text, name.getText(), node);
      if (this.#without.includes(name.getText())) continue;
      if (ts.isFunctionDeclaration(declaration) && OPENERS.includes(fileOf(declaration)))
        this.#add('open', name.getText(), node);
    }
  }

  #add(port: string, method: string, node: ts.CallExpression): void {
    const values = (argument: ts.Expression | undefined): string[] => {
      if (argument === undefined) return [];
      const type = this.#checker.getTypeAtLocation(argument);
      const constraint = this.#checker.getBaseConstraintOfType(type) ?? type;
      const parts = constraint.isUnion() ? constraint.types : [constraint];
      return parts.flatMap((part) => (part.isStringLiteral() ? [part.value] : []));
    };
    // An opener's first argument is the environment, which says nothing.
    this.calls.push({ port, method, first: values(node.arguments[port === 'open' ? 1 : 0]) });
  }
}

function fileOf(node: ts.Node): string {
  const { fileName } = node.getSourceFile();
  return fileName.startsWith(ROOT) ? fileName.slice(ROOT.length) : fileName;
}

/**
 * The calls of ports and openers that each function's index.ts can come to. `without`: functions of the code that one of
 * them has and never calls.
 */
export function callsOfFunctions(
  names: readonly string[],
  without: Readonly<Record<string, readonly string[]>> = {},
): ReadonlyMap<string, readonly Call[]> {
  const files = names.map((name) => `${ROOT}functions/${name}/index.ts`);
  const { config } = ts.readConfigFile(`${ROOT}tsconfig.json`, ts.sys.readFile);
  const { options } = ts.parseJsonConfigFileContent({ ...config, include: [], files }, ts.sys, ROOT);
  const program = ts.createProgram(files, options);
  const checker = program.getTypeChecker();
  return new Map(
    names.map((name, i) => {
      const source = program.getSourceFile(files[i] ?? '');
      if (source === undefined) throw new Error(`There is no functions/${name}/index.ts.`);
      const walk = new Walk(checker, without[name] ?? []);
      walk.visit(source);
      return [name, walk.calls];
    }),
  );
}
