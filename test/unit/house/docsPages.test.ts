import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import { expect } from 'chai';
import type { Command } from 'commander';
import { packageRoot } from '../../../local/files/paths.js';
import { glassdomeProgram } from '../../../src/cli/program.js';

const root = packageRoot();
const read = (page: string) => readFileSync(join(root, page), 'utf8');
const inFolder = (folder: string) =>
  readdirSync(join(root, folder))
    .filter((name) => name.endsWith('.md'))
    .map((name) => join(folder, name));
const pages = ['.', 'docs', 'docs/production', 'docs/decisions', 'bench'].flatMap(inFolder);

/** The names by which a link reaches the headings of a page. */
const anchorsOf = (text: string): string[] => [
  ...[...text.matchAll(/^#+ (.+)$/gm)].map(([, heading = '']) =>
    heading
      .toLowerCase()
      .replace(/[^\p{L}\p{N}_ -]/gu, '')
      .replaceAll(' ', '-'),
  ),
  ...[...text.matchAll(/<a id="([^"]+)"/g)].map(([, id = '']) => id),
];

/** Links of a page that lead to no file or to no heading. */
function brokenLinks(page: string): string[] {
  const links = [...read(page).matchAll(/\]\((?!https?:)([^)\s#]*)(?:#([^)\s]+))?\)/g)];
  return links
    .filter(([, path = '', anchor]) => {
      const file = path === '' ? page : normalize(join(dirname(page), path));
      if (!existsSync(join(root, file))) return true;
      return anchor !== undefined && file.endsWith('.md') && !anchorsOf(read(file)).includes(anchor);
    })
    .map(([link]) => `${page}: ${link}`);
}

/** Lines of examples that call the command line client, without prompt, comment and what a shell adds. */
const examplesOf = (page: string): string[] =>
  [
    ...read(page)
      .replace(/ *\\\n\s*/g, ' ')
      .matchAll(/^ {4,}(?:\$ )?(?:npx )?glassdome( .*)$/gm),
  ].map(([, rest = '']) =>
    rest
      .replace(/ +# .*$/, '')
      .replace(/ [<>|] .*$/, '')
      .trim(),
  );

/** What an example says that the program does not have. */
function unknownIn(example: string): string | undefined {
  const words: string[] = example.match(/"[^"]*"|'[^']*'|\S+/g) ?? [];
  let command: Command = glassdomeProgram();
  while (command.commands.length > 0 && words.length > 0 && !words[0]?.startsWith('-')) {
    const name = words.shift();
    const next = command.commands.find((one) => one.name() === name);
    if (next === undefined) return `command ${name}`;
    command = next;
  }
  const end = words.indexOf('--');
  const flags = (end < 0 ? words : words.slice(0, end)).filter((word) => /^--\w/.test(word));
  // The flags of these are the fields of a service, which only a broker knows.
  if (command.registeredArguments.some((argument) => argument.name() === 'flags')) return undefined;
  const known = [...command.options.map(({ long }) => long), '--help', '--version'];
  const unknown = flags.find((flag) => !known.includes(flag.replace(/=.*/, '')));
  return unknown === undefined ? undefined : `flag ${unknown}`;
}

describe('the pages of the documentation', () => {
  it('link only to files and headings that exist', () => {
    expect(pages.flatMap(brokenLinks)).to.deep.equal([]);
  });

  it('name only files of the repository that exist', () => {
    const named = /`((?:src|test|local|deploy|migrations|vault-policies|bench|docs)\/[\w./-]+)`/g;
    // Decisions are a log: they keep the names of their time.
    const current = pages.filter((page) => !page.startsWith('docs/decisions'));
    const missing = current.flatMap((page) =>
      [...read(page).matchAll(named)]
        .map(([, path = '']) => path)
        .filter((path) => !existsSync(join(root, path)))
        .map((path) => `${page}: ${path}`),
    );
    expect(missing).to.deep.equal([]);
  });

  it('call only commands and flags that exist', () => {
    const examples = pages.flatMap((page) => examplesOf(page).map((example) => ({ page, example })));
    expect(examples.length).to.be.greaterThan(100);
    const wrong = examples
      .map(({ page, example }) => ({ page, example, unknown: unknownIn(example) }))
      .filter(({ unknown }) => unknown !== undefined);
    expect(wrong).to.deep.equal([]);
  });

  it('begin with a README of two screens that names the two commands of the set-up', () => {
    const readme = read('README.md');
    expect(readme.split('\n').length).to.be.at.most(90);
    for (const command of ['npm start', 'npm test'])
      expect(readme).to.match(new RegExp(`^ {4}${command}`, 'm'));
  });

  it('are all reached from the index', () => {
    const index = read('docs/README.md');
    const missing = ['docs', 'docs/production']
      .flatMap(inFolder)
      .filter((page) => page !== 'docs/README.md' && !index.includes(`(${page.replace('docs/', '')})`));
    expect(missing).to.deep.equal([]);
    const log = read('docs/decisions/README.md');
    const unlisted = readdirSync(join(root, 'docs/decisions')).filter(
      (name) => name !== 'README.md' && !log.includes(`(${name})`),
    );
    expect(unlisted).to.deep.equal([]);
  });
});
