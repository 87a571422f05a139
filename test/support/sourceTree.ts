import { dirname, join, normalize, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Node, SourceFile } from 'typescript/unstable/ast';
import {
  isArrowFunction,
  isCallExpression,
  isConstructorDeclaration,
  isExportDeclaration,
  isFunctionDeclaration,
  isFunctionExpression,
  isIdentifier,
  isImportDeclaration,
  isMethodDeclaration,
  isNewExpression,
  isPropertyAccessExpression,
  isStringLiteral,
} from 'typescript/unstable/ast/is';
import { API } from 'typescript/unstable/sync';

export interface FunctionSize {
  line: number;
  /** Without those of the functions inside it: what somebody has to hold in his head. */
  ownLines: number;
}

export interface SourceInfo {
  /** From the root of the repository, with `/`. */
  path: string;
  lines: number;
  /** Files of ours that it imports, as paths; types alone count too. */
  ours: string[];
  /** Packages and `node:` modules. */
  foreign: string[];
  functions: FunctionSize[];
  /** `a.b` for each property of a plain name that is read, e.g. `process.env`. */
  uses: Set<string>;
  /** Names of methods that are called, and of plain functions. */
  calls: Set<string>;
  functionCalls: Set<string>;
  /** `Date()` for a `new Date()` without an argument. */
  news: Set<string>;
  /** `export … from` statements. */
  reExports: number;
}

const root = fileURLToPath(new URL('../../../', import.meta.url));

/** What the compiler sees in every source file below `folder`, which belongs to the project of `config`. */
export function readSources(folder: string, config = 'tsconfig.json'): SourceInfo[] {
  const api = new API({ cwd: root });
  try {
    const snapshot = api.updateSnapshot({ openProject: join(root, config) });
    const [project] = snapshot.getProjects();
    if (project === undefined) throw new Error(`${config} was not read`);
    const names = project.rootFiles.filter((name) => name.startsWith(join(root, folder)));
    return names.map((name) => {
      const file = project.program.getSourceFile(name);
      if (file === undefined) throw new Error(`${name} was not read`);
      return infoOf(relative(root, name), file);
    });
  } finally {
    api.close();
  }
}

function infoOf(path: string, file: SourceFile): SourceInfo {
  const info: SourceInfo = {
    path,
    lines: file.text.split('\n').length - 1,
    ours: [],
    foreign: [],
    functions: [],
    uses: new Set(),
    calls: new Set(),
    functionCalls: new Set(),
    news: new Set(),
    reExports: 0,
  };
  for (const statement of file.statements) addImport(info, statement);
  visit(info, file, file);
  return info;
}

function addImport(info: SourceInfo, statement: Node): void {
  if (isExportDeclaration(statement) && statement.moduleSpecifier !== undefined) info.reExports += 1;
  if (!isImportDeclaration(statement) || !isStringLiteral(statement.moduleSpecifier)) return;
  const name = statement.moduleSpecifier.text;
  if (!name.startsWith('.')) {
    info.foreign.push(name);
    return;
  }
  const target = normalize(join(dirname(info.path), name)).replace(/\.js$/, '.ts');
  info.ours.push(target);
}

const FUNCTIONS = [
  isArrowFunction,
  isConstructorDeclaration,
  isFunctionDeclaration,
  isFunctionExpression,
  isMethodDeclaration,
];

/** Takes in a node and all below it; answers how many lines of it lie in functions. */
function visit(info: SourceInfo, file: SourceFile, node: Node): number {
  addUse(info, node);
  let inside = 0;
  node.forEachChild((child) => {
    inside += visit(info, file, child);
  });
  if (!FUNCTIONS.some((is) => is(node))) return inside;
  const lineOf = (at: number) => file.text.slice(0, at).split('\n').length;
  const line = lineOf(node.getStart());
  const lines = lineOf(node.end) - line + 1;
  info.functions.push({ line, ownLines: lines - inside });
  // One on a single line shares it with its surroundings.
  return lines === 1 ? 0 : lines;
}

function addUse(info: SourceInfo, node: Node): void {
  if (isCallExpression(node) && isPropertyAccessExpression(node.expression))
    info.calls.add(node.expression.name.text);
  if (isCallExpression(node) && isIdentifier(node.expression)) info.functionCalls.add(node.expression.text);
  if (isNewExpression(node) && isIdentifier(node.expression) && (node.arguments ?? []).length === 0)
    info.news.add(`${node.expression.text}()`);
  if (isPropertyAccessExpression(node) && isIdentifier(node.expression))
    info.uses.add(`${node.expression.text}.${node.name.text}`);
}
