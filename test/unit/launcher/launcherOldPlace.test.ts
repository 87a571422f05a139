import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { moveIn, oldPlaceOf } from '../../../local/files/oldPlace.js';

describe('data of Postgres that an earlier version kept in /var/tmp', () => {
  let folder: string;
  let data: string;
  let old: string;
  const account = { uid: process.getuid?.() ?? 0, gid: process.getgid?.() ?? 0 };
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'broker-old-'));
    data = join(folder, '.data');
    old = join(folder, 'old');
    for (const one of [data, old]) mkdirSync(one);
    writeFileSync(join(old, 'PG_VERSION'), '18\n');
    writeFileSync(join(data, 'postgres-passwords.json'), '{}');
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));
  const left = () => existsSync(join(old, 'PG_VERSION')) && !existsSync(join(data, 'postgres'));

  it('is moved into the data folder', async () => {
    expect(await moveIn(data, old, account)).to.equal(true);
    expect(readFileSync(join(data, 'postgres', 'PG_VERSION'), 'utf8')).to.equal('18\n');
    expect(existsSync(old)).to.equal(false);
    expect(await moveIn(data, old, account)).to.equal(false);
  });

  it("is left where the data folder is new: another folder's data may be under the same name", async () => {
    expect(oldPlaceOf('/a/broker/.data')).to.equal(oldPlaceOf('/b/broker/.data'));
    rmSync(join(data, 'postgres-passwords.json'));
    expect(await moveIn(data, old, account)).to.equal(false);
    expect(left()).to.equal(true);
  });

  it('is left where it belongs to another user, and where Postgres runs under our own account', async () => {
    expect(await moveIn(data, old, { uid: account.uid + 1, gid: 1 })).to.equal(false);
    expect(await moveIn(data, old, {})).to.equal(false);
    expect(left()).to.equal(true);
  });
});
