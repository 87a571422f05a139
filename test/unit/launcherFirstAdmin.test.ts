import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { firstAdmin } from '../../local/firstAdmin.js';
import { keepPair, pairOf } from '../../local/pair.js';
import { told } from '../../local/told.js';

describe('the first admin of the embedded default', () => {
  let folder: string;
  let made: string[];
  const create = (file: string): string | undefined => {
    made.push(readFileSync(file, 'utf8'));
    return made.length === 1 ? undefined : 'There are people already.';
  };
  const rests = () => existsSync(join(folder, 'admin-password'));
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'broker-admin-'));
    made = [];
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  it('is made once; his password is shown once and rests nowhere', () => {
    const admin = firstAdmin(folder, 'admin', create);
    expect(made).to.deep.equal([admin?.password]);
    admin?.shown();
    expect(rests()).to.equal(false);
    expect(firstAdmin(folder, 'admin', create)).to.equal(undefined);
    expect(made).to.have.length(1);
  });

  it('keeps his password until it was shown, whenever the start is stopped', () => {
    const first = firstAdmin(folder, 'admin', create)?.password;
    expect(firstAdmin(folder, 'admin', create)?.password).to.equal(first);
  });

  it('is not asked for again when the start was stopped between the mark and the removal of the password', () => {
    firstAdmin(folder, 'admin', create);
    writeFileSync(join(folder, 'admin-made'), 'now');
    expect(firstAdmin(folder, 'admin', create)).to.equal(undefined);
    expect(rests()).to.equal(false);
  });

  it('that could not be made stops the start', () => {
    expect(() => firstAdmin(folder, 'admin', () => 'no Vault')).to.throw('could not be made: no Vault');
  });
});

describe('a data folder', () => {
  it('stays with the Postgres and the Vault that it began with, and never keeps a password of either', () => {
    const folder = mkdtempSync(join(tmpdir(), 'broker-pair-'));
    const file = join(folder, 'pair.json');
    const theirs = pairOf('postgres://app:canary@db.lab:5433/broker?x=1', undefined);
    expect(theirs).to.deep.equal({ postgres: 'db.lab:5433/broker', vault: 'own' });
    keepPair(file, theirs);
    keepPair(file, theirs);
    expect(() => keepPair(file, pairOf(undefined, undefined))).to.throw('LOCAL_DATA=<folder> npm start');
    expect(() => keepPair(file, pairOf(undefined, 'https://vault.lab'))).to.throw('not with Postgres "own"');
    keepPair(file, pairOf('postgres://db.lab/broker', 'https://vault.lab'));
    expect(readFileSync(file, 'utf8')).not.to.contain('canary');
    rmSync(folder, { recursive: true });
  });
});

describe('what the launcher tells', () => {
  const facts = { host: '127.0.0.1', port: 8400, logs: '/data/logs', env: {} };
  const vault = { address: 'http://127.0.0.1:8401', ui: undefined };
  const admin = { username: 'admin', password: 'one-time' };

  it("names Vault's page where this build has one", () => {
    expect(told({ ...facts, vault }, undefined)).to.contain('this build of Vault has no UI');
    expect(told({ ...facts, vault: { ...vault, ui: 'http://127.0.0.1:8401/ui' } }, undefined)).to.contain(
      'its UI: http://127.0.0.1:8401/ui',
    );
  });

  it('gives lines that work: with TLS they name the certificate, on another port the server', () => {
    expect(told({ ...facts, vault }, admin))
      .to.contain('curl -s http://127.0.0.1:8400/api/auth/login')
      .and.not.to.contain('--server');
    const text = told({ ...facts, port: 9000, vault, env: { TLS_CERT_FILE: 'tls.crt' } }, admin);
    expect(text).to.contain('curl -s --cacert tls.crt https://127.0.0.1:9000/api/auth/login');
    expect(text).to.contain(
      'GLASSDOME_BROKER_CA_FILE=tls.crt npx glassdome login --username admin --server https://127.0.0.1:9000',
    );
  });

  it('does not call a Vault of somebody else its own', () => {
    const text = told(
      { ...facts, vault: undefined, env: { VAULT_ADDR: 'https://vault.lab:8200' } },
      undefined,
    );
    expect(text).to.contain('https://vault.lab:8200').and.not.to.contain('unseal key');
  });
});
