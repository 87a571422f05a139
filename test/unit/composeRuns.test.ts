import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { parse } from 'yaml';
import { packageRoot } from '../../local/paths.js';

interface Service {
  image: string;
  entrypoint?: string[];
  command?: string[];
}

const root = packageRoot();
const read = (name: string) => readFileSync(join(root, name), 'utf8');
const services: Record<string, Service> = parse(read('docker-compose.yml'), { merge: true }).services;
const ours = Object.keys(services).filter((name) => services[name]?.image === 'glassdome-credential-broker');

/** What the image says for whoever says nothing else. */
const inImage = (word: 'ENTRYPOINT' | 'CMD'): string[] =>
  JSON.parse(new RegExp(`^${word} (.*)$`, 'm').exec(read('Dockerfile'))?.[1] ?? '');

/** Words behind the service are the command; whoever sets the entry point does without the command of the image. */
function argumentsOf(name: string, words: readonly string[]): string[] {
  const service = services[name];
  if (service === undefined) throw new Error(`docker-compose.yml has no service ${name}`);
  const { entrypoint, command } = service;
  const preset = command ?? (entrypoint === undefined ? inImage('CMD') : []);
  return [...(entrypoint ?? inImage('ENTRYPOINT')), ...(words.length > 0 ? words : preset)];
}

const BARE = ['--rm', '-T'];
const WITH_VALUE = ['-v', '-e'];

/** The service of a `docker compose run …`, and the words behind it. */
function runOf(line: string): { service: string; words: string[] } {
  const words = line.replace(/ #.*/, '').trim().split(/\s+/);
  while (words[0]?.startsWith('-')) {
    const flag = words.shift() ?? '';
    if (WITH_VALUE.includes(flag)) words.shift();
    else if (!BARE.includes(flag)) throw new Error(`${flag} of docker compose run is not known here`);
  }
  return { service: words[0] ?? '', words: words.slice(1) };
}

/** What people are told to run, by the pages and by the comments of the compose file. */
function runs(): string[] {
  const pages = readdirSync(join(root, 'docs')).filter((name) => name.endsWith('.md'));
  const texts = ['README.md', 'docker-compose.yml', ...pages.map((name) => `docs/${name}`)].map(read);
  return texts.flatMap((text) =>
    [...text.replace(/\s*\\\n\s*/g, ' ').matchAll(/docker compose run ([^`\n]*)/g)].map(
      ([, line]) => line ?? '',
    ),
  );
}

describe('docker compose', () => {
  /** Without an environment each command ends at the first variable that it misses, when it has read its words. */
  function taken(told: readonly string[], where: string): void {
    const [node, main, ...words] = told;
    expect([node, main], where).to.deep.equal(['node', 'dist/src/main.js']);
    const path = process.env['PATH'] ?? '';
    const args = [join(root, 'dist', 'src', 'main.js'), ...words];
    const { status, stderr } = spawnSync(process.execPath, args, { env: { PATH: path }, encoding: 'utf8' });
    expect(stderr, where).to.match(/^glassdome-broker: [A-Z_]+ must be set\n$/);
    expect(status, where).to.equal(2);
  }

  it('starts each service of the broker with words that the program takes', () => {
    expect(ours).to.have.members(['api', 'worker', 'migrate', 'bootstrap']);
    for (const name of ours) taken(argumentsOf(name, []), name);
  });

  it('runs what the pages say: bootstrap, migrate, the first admin, reconcile', () => {
    const told = runs().map((line) => ({ line, ...runOf(line) }));
    const wanted = [
      ['bootstrap', '--audit-file'],
      ['bootstrap', '--dry-run'],
      ['migrate'],
      ['api', 'create-admin'],
      ['worker', 'reconcile'],
    ];
    for (const [name, ...words] of wanted)
      expect(
        told.some((one) => one.service === name && words.every((word) => one.words.includes(word))),
        `${name} ${words}`,
      ).to.equal(true);
    for (const { line, service, words } of told) taken(argumentsOf(service, words), line);
  });
});
