import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Node, SourceFile } from 'typescript/unstable/ast';
import {
  isExportDeclaration,
  isImportDeclaration,
  isNoSubstitutionTemplateLiteral,
  isRegularExpressionLiteral,
  isStringLiteral,
  isTemplateHead,
  isTemplateMiddle,
  isTemplateTail,
} from 'typescript/unstable/ast/is';
import { API } from 'typescript/unstable/sync';

export interface SourceText {
  /** From the root of the repository, with `/`. */
  path: string;
  line: number;
  text: string;
}

export interface SourceTexts {
  /** String literals and the fixed parts of templates, without module names. */
  strings: SourceText[];
  /** Comments as written, markers included. */
  comments: SourceText[];
}

const root = fileURLToPath(new URL('../../../', import.meta.url));

/** All texts that people can read in the TypeScript files below these folders. */
export function readTexts(folders: readonly string[]): SourceTexts {
  const api = new API({ cwd: root });
  try {
    const snapshot = api.updateSnapshot({ openProject: join(root, 'tsconfig.json') });
    const [project] = snapshot.getProjects();
    if (project === undefined) throw new Error('tsconfig.json was not read');
    const found: SourceTexts = { strings: [], comments: [] };
    for (const name of project.rootFiles) {
      const path = relative(root, name);
      if (!folders.some((folder) => path.startsWith(folder))) continue;
      const file = project.program.getSourceFile(name);
      if (file === undefined) throw new Error(`${name} was not read`);
      addTexts(found, path, file);
    }
    return found;
  } finally {
    api.close();
  }
}

const STRINGS = [
  isStringLiteral,
  isNoSubstitutionTemplateLiteral,
  isTemplateHead,
  isTemplateMiddle,
  isTemplateTail,
];

function addTexts(found: SourceTexts, path: string, file: SourceFile): void {
  let code = file.text;
  const lineAt = (at: number) => file.text.slice(0, at).split('\n').length;
  const visit = (node: Node): void => {
    const isString = STRINGS.some((is) => is(node));
    if (isString || isRegularExpressionLiteral(node)) {
      const start = node.getStart();
      const text = file.text.slice(start, node.end);
      // Blank, so that `//` in a text is not taken for a comment.
      code = code.slice(0, start) + text.replace(/[^\n]/g, ' ') + code.slice(node.end);
      if (isString) found.strings.push({ path, line: lineAt(start), text });
    }
    const isModuleName = (child: Node) =>
      isStringLiteral(child) && (isImportDeclaration(node) || isExportDeclaration(node));
    node.forEachChild((child) => {
      if (isModuleName(child))
        code =
          code.slice(0, child.getStart()) +
          code.slice(child.getStart(), child.end).replace(/./g, ' ') +
          code.slice(child.end);
      else visit(child);
    });
  };
  visit(file);
  for (const comment of code.matchAll(/\/\*[\s\S]*?\*\/|\/\/[^\n]*/g))
    found.comments.push({ path, line: lineAt(comment.index), text: comment[0] });
}
