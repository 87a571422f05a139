import { expect } from 'chai';
import { readSources, type SourceInfo } from '../../support/sourceTree.js';

/** The parts of `src/`, and what each may import beside itself: arrows go from the edges inwards, never back. */
const ARROWS: Record<string, readonly string[]> = {
  domain: [],
  ports: ['domain'],
  api: ['domain'],
  connectors: ['domain'],
  usecases: ['domain', 'ports', 'connectors'],
  adapters: ['domain', 'ports'],
  config: ['domain'],
  http: ['domain', 'ports', 'api', 'usecases', 'connectors', 'config'],
  worker: ['domain', 'ports', 'usecases', 'config'],
  // What every process prints, from its first line on.
  'outputGuard.ts': [],
  cli: ['domain', 'api', 'config', 'outputGuard.ts'],
  // A client of the API, in the browser: its types, and word lists of the domain.
  web: ['domain', 'api'],
  // A part of `wire.ts`: which login each process has.
  'vaultLogins.ts': ['domain', 'ports', 'adapters', 'config'],
  // Another part: what may be connected to.
  'wayOut.ts': ['domain', 'ports', 'adapters', 'config'],
  'wire.ts': ['domain', 'ports', 'adapters', 'connectors', 'config', 'vaultLogins.ts', 'wayOut.ts'],
  // Commands that do one thing and end.
  'oneShot.ts': ['domain', 'ports', 'usecases', 'adapters', 'config', 'vaultLogins.ts', 'wire.ts'],
  'main.ts': [
    'domain',
    'ports',
    'usecases',
    'adapters',
    'http',
    'worker',
    'config',
    'outputGuard.ts',
    'wire.ts',
    'oneShot.ts',
    'vaultLogins.ts',
  ],
};

/**
 * The subjects of a layer, lowest first: a file imports from its own subject and from lower ones, never from a higher
 * one. Subjects on one line are peers. A file at the root of a layer is a subject by its own name, or part of `.`.
 */
const SUBJECTS: Record<string, readonly string[]> = {
  'src/domain': [
    'errors.ts async.ts inParts.ts',
    'text time limits',
    'secrecy',
    'secret.ts',
    'credentials',
    'access testing people',
    'environment',
    'imports reconcile audit operations bulk',
    'services reports',
    'notices',
  ],
  'src/usecases': [
    'gate',
    'writing sharing',
    'reading people reports',
    'testing',
    'credentials notices',
    'imports reconcile events bulk',
    'operations',
  ],
  'src/adapters/postgres': [
    'core',
    'access',
    'credentials people',
    'testing audit notices events reports reconcile bulk',
    'jobs',
    'migrate',
    '.',
  ],
  'src/adapters/vault': ['connection', 'kv transit people', 'bootstrap'],
  'src/http': ['. session', 'present docs', 'metrics', 'routes', 'server', 'app.ts'],
  'src/cli': [
    '.',
    'terminal',
    'client',
    'environment audit',
    'forms imports doctor completion',
    'commands',
    'program.ts credentials.ts',
    'glassdome.ts',
  ],
};

/** Arrows between subjects that run up, each with its reason. */
const UP: readonly string[] = [];

/** Where a package may be used. What is not named here may be used anywhere. */
const HOMES: Record<string, readonly string[]> = {
  'node-vault': ['src/adapters/vault/'],
  knex: ['src/adapters/postgres/'],
  pg: ['src/adapters/postgres/'],
  'graphile-worker': ['src/adapters/postgres/'],
  express: ['src/http/'],
  'express-rate-limit': ['src/http/'],
  helmet: ['src/http/'],
  jsonwebtoken: ['src/adapters/identity/'],
  winston: ['src/adapters/log.ts'],
  'node-cron': ['src/worker/'],
  commander: ['src/main.ts', 'src/oneShot.ts', 'src/cli/'],
  undici: ['src/adapters/', 'src/cli/'],
  nodemailer: ['src/adapters/notify/'],
};

/** Form, variables and abilities of every connector; nobody else knows one by name. */
const SEES_REGISTRY = [
  'src/connectors/clientShapes.ts',
  'src/connectors/registry.ts',
  'src/connectors/envNames.ts',
];

const REVEALS = [
  'src/connectors/',
  'src/adapters/vault/',
  // The key of a client certificate goes into the TLS library.
  'src/adapters/outbound/dial.ts',
  // Where notices go: the path of a URL, what signs a webhook, the login at the mail server.
  'src/adapters/notify/',
  // The secret with which the broker proves itself to an issuer.
  'src/adapters/identity/oidc/',
  // The answers of read and resolve, and of what is shown once.
  'src/http/present/presentValues.ts',
  'src/http/present/presentSecretOnce.ts',
  // The outermost edge: what a person typed goes out to the broker, or a token to Vault.
  'src/cli/',
  'src/oneShot.ts',
  // Forms check how a value is written, and what an import finds is told apart by its shape.
  'src/domain/credentials/templateFields.ts',
  'src/domain/imports/legacyVault.ts',
  'src/domain/credentials/unusualFields.ts',
];

describe('the house', () => {
  let sources: SourceInfo[];
  before(function () {
    this.timeout(20_000);
    sources = [...readSources('src/'), ...readSources('src/web/', 'src/web/tsconfig.json')];
    expect(sources.length).to.be.greaterThan(150);
  });

  // `ports.ts` and what lies beside it in `ports/` are one part, and so is the configuration.
  const partOf = (path: string) => (path.split('/')[1] ?? '').replace(/^(ports|config)\.ts$/, '$1');
  const within = (path: string, places: readonly string[]) => places.some((place) => path.startsWith(place));
  const pathsWhere = (test: (source: SourceInfo) => boolean) => sources.filter(test).map(({ path }) => path);

  it('has arrows that go one way', () => {
    const wrong = sources.flatMap(({ path, ours }) =>
      ours
        .filter((target) => partOf(target) !== partOf(path))
        .filter((target) => !(ARROWS[partOf(path)] ?? []).includes(partOf(target)))
        .map((target) => `${path} → ${target}`),
    );
    expect(wrong).to.deep.equal([]);
  });

  it('knows every part that there is', () => {
    expect(Object.keys(ARROWS)).to.include.members([...new Set(sources.map(({ path }) => partOf(path)))]);
  });

  it('speaks to connectors only through their registry', () => {
    const wrong = sources
      .filter(({ path }) => partOf(path) !== 'connectors')
      .flatMap(({ path, ours }) => ours.map((target) => ({ path, target })))
      .filter(({ target }) => partOf(target) === 'connectors' && !SEES_REGISTRY.includes(target));
    expect(wrong).to.deep.equal([]);
  });

  it('keeps adapters apart from each other', () => {
    const adapterOf = (path: string) => path.split('/')[2];
    const wrong = sources.flatMap(({ path, ours }) =>
      ours.filter(
        (target) =>
          partOf(path) === 'adapters' &&
          partOf(target) === 'adapters' &&
          adapterOf(path) !== adapterOf(target),
      ),
    );
    expect(wrong).to.deep.equal([]);
  });

  it('has subjects in one order in every layer', () => {
    const up: string[] = [];
    for (const [layer, ranks] of Object.entries(SUBJECTS)) {
      const subjects = new Map(ranks.flatMap((line, rank) => line.split(' ').map((name) => [name, rank])));
      const subjectOf = (path: string) => {
        const [first = '', ...rest] = path.slice(layer.length + 1).split('/');
        return rest.length > 0 || subjects.has(first) ? first : '.';
      };
      const arrows = sources
        .filter(({ path }) => path.startsWith(`${layer}/`))
        .flatMap(({ path, ours }) => ours.map((target) => ({ path, target })))
        .filter(({ target }) => target.startsWith(`${layer}/`));
      const rankOf = (path: string) => subjects.get(subjectOf(path));
      for (const { path, target } of arrows) {
        const [from, to] = [rankOf(path), rankOf(target)];
        if (from === undefined || to === undefined || to > from) up.push(`${path} → ${target}`);
      }
      console.log(`      ${layer}: ${subjects.size} subjects, ${arrows.length} arrows`);
    }
    console.log(`      arrows that run up: ${up.length}`);
    expect(up).to.deep.equal(UP);
  });

  it('uses each library in its place only', () => {
    const wrong = sources.flatMap(({ path, foreign }) =>
      foreign
        .filter((name) => HOMES[name] !== undefined && !within(path, HOMES[name] ?? []))
        .map((name) => `${path} imports ${name}`),
    );
    expect(wrong).to.deep.equal([]);
  });

  it('has no imports in a circle, those of types included', () => {
    const next = new Map(sources.map(({ path, ours }) => [path, ours]));
    const done = new Set<string>();
    const circles: string[] = [];
    const walk = (path: string, trail: readonly string[]): void => {
      if (trail.includes(path)) circles.push([...trail.slice(trail.indexOf(path)), path].join(' → '));
      if (trail.includes(path) || done.has(path)) return;
      for (const target of next.get(path) ?? []) walk(target, [...trail, path]);
      done.add(path);
    };
    for (const { path } of sources) walk(path, []);
    expect(circles).to.deep.equal([]);
  });

  it('reads the environment, the clock and the network at its edges', () => {
    const environment = ['src/config/config.ts', 'src/cli/'];
    // The second of Vault's files measures how long its own requests take.
    const clock = [
      'src/wire.ts',
      'src/web/',
      'src/cli/',
      'src/adapters/vault/connection/timers.ts',
      'src/adapters/vault/connection/nodeSet.ts',
    ];
    const named = (name: string) => pathsWhere(({ uses }) => uses.has(name));
    expect(named('process.env').filter((path) => !within(path, environment))).to.deep.equal([]);
    for (const now of ['Date.now', 'performance.now'])
      expect(named(now).filter((path) => !within(path, clock))).to.deep.equal([]);
    expect(pathsWhere(({ news }) => news.has('Date()')).filter((path) => !within(path, clock))).to.deep.equal(
      [],
    );
    const sockets = ['node:http', 'node:https', 'node:net', 'node:tls', 'node:dns', 'node:dgram'];
    const network = pathsWhere(({ foreign }) => foreign.some((name) => sockets.includes(name)));
    expect(network.filter((path) => !within(path, ['src/http/', 'src/adapters/', 'src/cli/']))).to.deep.equal(
      [],
    );
    const fetches = pathsWhere(({ functionCalls }) => functionCalls.has('fetch'));
    expect(fetches.filter((path) => !within(path, ['src/cli/', 'src/web/client/']))).to.deep.equal([]);
  });

  it('opens secrets only where they leave', () => {
    const opened = pathsWhere(({ calls }) => calls.has('reveal'));
    expect(opened.filter((path) => !within(path, REVEALS))).to.deep.equal([]);
  });

  it('has short functions and files', () => {
    const big = sources.filter(({ lines }) => lines > 250).map(({ path }) => path);
    expect(big).to.deep.equal([]);
    const long = sources.flatMap(({ path, functions }) =>
      functions
        .filter(({ ownLines }) => ownLines > 40)
        .map(({ line, ownLines }) => ({ path, line, ownLines })),
    );
    expect(long).to.deep.equal([]);
  });

  it('has folders that a reader can take in', () => {
    const count = new Map<string, number>();
    for (const { path } of sources) {
      const folder = path.replace(/\/[^/]*$/, '');
      count.set(folder, (count.get(folder) ?? 0) + 1);
    }
    expect([...count].filter(([, files]) => files > 20)).to.deep.equal([]);
  });

  it('has no file that only hands others on', () => {
    expect(pathsWhere(({ reExports }) => reExports > 0)).to.deep.equal([]);
  });
});
