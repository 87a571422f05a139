import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { firstAdmin } from '../../../local/admin/firstAdmin.js';
import { keepPair, pairOf } from '../../../local/pair.js';

describe('the first admin of the embedded default', () => {
  let folder: string;
  let made: string[];
  const create = (file: string): string | undefined => {
    made.push(readFileSync(file, 'utf8'));
    return made.length === 1 ? undefined : 'Users already exist.';
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
    expect(() => firstAdmin(folder, 'admin', () => 'no Vault')).to.throw('could not be created: no Vault');
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
