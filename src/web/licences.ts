import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Plugin } from 'vite';

interface Bundled {
  name: string;
  version: string;
  license: string;
  text: string;
}

/** Writes `licences.txt`: each package that is part of the page, with its licence. */
export function licences(): Plugin {
  return {
    name: 'licences',
    generateBundle(_options, bundle) {
      const modules = Object.values(bundle).flatMap((chunk) =>
        chunk.type === 'chunk' ? Object.keys(chunk.modules) : [],
      );
      const folders = new Set(modules.map(packageFolder).filter((folder) => folder !== undefined));
      const packages = [...folders].map(readPackage).sort((a, b) => a.name.localeCompare(b.name));
      const unlicensed = packages.filter(({ license, text }) => license === '' && text === '');
      if (unlicensed.length > 0) this.error(`no licence: ${unlicensed.map(({ name }) => name).join(', ')}`);
      this.emitFile({ type: 'asset', fileName: 'licences.txt', source: packages.map(written).join('\n\n') });
    },
  };
}

/** `…/node_modules/@mantine/core` of a module in it. */
function packageFolder(module: string): string | undefined {
  return /^\0?(.*\/node_modules\/(?:@[^/]+\/)?[^/]+)\//.exec(module.split('?')[0] ?? '')?.[1];
}

function readPackage(folder: string): Bundled {
  const { name, version, license } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as Record<
    string,
    unknown
  >;
  const file = readdirSync(folder).find((entry) => /^licen[cs]e/i.test(entry));
  return {
    name: String(name),
    version: String(version),
    license: typeof license === 'string' ? license : '',
    text: file === undefined ? '' : readFileSync(join(folder, file), 'utf8').trim(),
  };
}

const written = ({ name, version, license, text }: Bundled) =>
  `${name} ${version} (${license})\n${'-'.repeat(60)}\n${text}`;
