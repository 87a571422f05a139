import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { parse } from 'yaml';
import { packageRoot } from '../../../local/files/paths.js';
import { runToEnd } from '../../support/broker/cliSystem.js';

interface Service {
  image: string;
  entrypoint?: string[];
  command?: string[];
  networks?: string[];
  secrets?: string[];
}

const root = packageRoot();
const read = (name: string) => readFileSync(join(root, name), 'utf8');
const compose = parse(read('docker-compose.yml'), { merge: true });
const services: Record<string, Service> = compose.services;
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
  const pages = ['docs', 'docs/production'].flatMap((folder) =>
    readdirSync(join(root, folder))
      .filter((name) => name.endsWith('.md'))
      .map((name) => `${folder}/${name}`),
  );
  const texts = ['README.md', 'docker-compose.yml', ...pages].map(read);
  return texts.flatMap((text) =>
    [...text.replace(/\s*\\\n\s*/g, ' ').matchAll(/docker compose run ([^`\n]*)/g)].map(
      ([, line]) => line ?? '',
    ),
  );
}

describe('docker compose', function () {
  // Each of its commands is a start of the whole program.
  this.timeout(180_000);

  /** Without an environment each command ends with the variables that it misses, when it has read its words. */
  async function taken(told: readonly string[], where: string): Promise<void> {
    const [node, main, ...words] = told;
    expect([node, main], where).to.deep.equal(['node', 'dist/src/main.js']);
    const path = process.env['PATH'] ?? '';
    const args = [join(root, 'dist', 'src', 'main.js'), ...words];
    const { code, stderr } = await runToEnd(process.execPath, args, { env: { PATH: path } });
    expect(stderr, where).to.match(/^glassdome-broker: (?:[A-Z_]+ must be set\n)+$/);
    expect(code, where).to.equal(2);
  }

  it('starts each service of the broker with words that the program takes', async () => {
    expect(ours).to.have.members(['api', 'worker', 'destroyer', 'migrate', 'bootstrap']);
    for (const name of ours) await taken(argumentsOf(name, []), name);
  });

  it('runs what the pages say: bootstrap, migrate, the first admin, reconcile', async () => {
    const told = [...new Set(runs().map((line) => line.replace(/ #.*/, '').trim()))].map((line) => ({
      line,
      ...runOf(line),
    }));
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
    const commands = new Map(
      told.map(({ line, service, words }) => [argumentsOf(service, words).join(' '), line]),
    );
    for (const [command, line] of commands) await taken(command.split(' '), line);
  });

  it('bounds memory, processes and CPU of every service', () => {
    for (const [name, service] of Object.entries(services))
      expect(service, name).to.include.keys('mem_limit', 'pids_limit', 'cpus', 'cap_drop', 'read_only');
  });

  it('gives a way out to those that test credentials only', () => {
    const on = (network: string) =>
      Object.keys(services).filter((name) => services[name]?.networks?.includes(network));
    const { networks } = compose;
    expect(networks.stores).to.deep.equal({ internal: true });
    expect(on('egress')).to.have.members(['api', 'worker']);
    expect(on('console')).to.deep.equal(['vault']);
    expect(JSON.stringify(networks.console)).to.include(
      '"com.docker.network.bridge.enable_ip_masquerade":"false"',
    );
    for (const [name, { networks: its }] of Object.entries(services)) expect(its, name).to.not.be.empty;
  });

  it('gives the secret id of a role to the service that logs in with it, and to no other', () => {
    const holders = (secret: string) =>
      Object.keys(services).filter((name) => services[name]?.secrets?.includes(secret));
    expect(holders('destroyer.secret-id')).to.deep.equal(['destroyer']);
    expect(holders('api.secret-id')).to.deep.equal(['api']);
    expect(holders('users.secret-id')).to.deep.equal(['api']);
    expect(holders('worker.secret-id')).to.deep.equal(['worker']);
    expect(holders('reconciler.secret-id')).to.deep.equal(['worker']);
    expect(services['destroyer']?.networks).to.deep.equal(['stores']);
  });

  it('pins images by what a registry answers, and writes nothing where none does', () => {
    const folder = mkdtempSync(join(tmpdir(), 'pin-'));
    for (const name of ['Dockerfile', 'docker-compose.yml']) writeFileSync(join(folder, name), read(name));
    mkdirSync(join(folder, 'deploy'));
    mkdirSync(join(folder, 'bin'));
    cpSync(join(root, 'deploy', 'pin-images.sh'), join(folder, 'deploy', 'pin-images.sh'));
    const run = (answer: string, ...words: string[]) => {
      writeFileSync(join(folder, 'bin', 'docker'), `#!/bin/sh\n${answer}\n`, { mode: 0o755 });
      const env = { PATH: `${join(folder, 'bin')}:${process.env['PATH']}` };
      return spawnSync('sh', [join(folder, 'deploy', 'pin-images.sh'), ...words], { env, encoding: 'utf8' });
    };
    const now = () =>
      ['Dockerfile', 'docker-compose.yml'].map((name) => readFileSync(join(folder, name), 'utf8'));
    const before = now();
    for (const answer of ['exit 1', 'echo', 'echo \'"sha256:short"\'']) {
      expect(run(answer).status, answer).to.not.equal(0);
      expect(now()).to.deep.equal(before);
    }
    const digest = `sha256:${'0123456789abcdef'.repeat(4)}`;
    const answers = `echo '"${digest}"'`;
    expect(run(answers).status).to.equal(0);
    const [dockerfile, composed] = now();
    expect(dockerfile).to.include(`ARG NODE_IMAGE=node:22-bookworm-slim@${digest}`);
    for (const image of ['hashicorp/vault:1.21', 'postgres:18-bookworm', 'node:22-bookworm-slim'])
      expect(composed).to.include(`:-${image}@${digest}}`);
    expect(run('exit 1', '--check').status).to.equal(0);
    expect(run(answers).status, 'again').to.equal(0);
    expect(now()).to.deep.equal([dockerfile, composed]);
    rmSync(folder, { recursive: true });
  });
});
