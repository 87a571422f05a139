import { expect } from 'chai';
import { vaultName } from '../../../src/adapters/vault/bootstrap/policies.js';
import { createPasswords } from '../../../src/adapters/vault/people/passwords.js';
import { Secret } from '../../../src/domain/secret.js';
import type { Passwords } from '../../../src/ports/vault.js';
import { type PreparedVault, prepareVault, rejection } from '../../support/services/vaultSetup.js';

describe('passwords in Vault userpass', function () {
  this.timeout(60_000);
  let vault: PreparedVault;
  let passwords: Passwords;

  before(async () => {
    vault = await prepareVault('passwords');
    const users = await vault.connect('users');
    const mount = vault.mounts.userpassMount;
    const loginPolicy = vaultName('login', vault.mounts);
    passwords = createPasswords({ access: users.access, mount, log: vault.log, loginPolicy });
  });
  after(() => vault?.close());

  it('accepts the right password and nothing else', async () => {
    await passwords.set('anna', new Secret('correct horse'));
    expect(await passwords.check('anna', new Secret('correct horse'))).to.equal(true);
    expect(await passwords.check('anna', new Secret('correct horsE'))).to.equal(false);
    expect(await passwords.check('anna', new Secret(''))).to.equal(false);
    expect(await passwords.check('nobody', new Secret('correct horse'))).to.equal(false);
  });

  it('takes a wrong password for no fault of Vault: no alarm, and the right one works at once after many', async () => {
    await passwords.set('ben', new Secret('right-password'));
    vault.log.lines.length = 0;
    for (let i = 0; i < 12; i += 1) expect(await passwords.check('ben', new Secret('wrong'))).to.equal(false);
    expect(await passwords.check('ben', new Secret('right-password'))).to.equal(true);
    expect(vault.log.lines).to.deep.equal([]);
  });

  it('changes a password, so that the old one no longer works', async () => {
    await passwords.set('carl', new Secret('first-password'));
    await passwords.set('carl', new Secret('second-password'));
    expect(await passwords.check('carl', new Secret('first-password'))).to.equal(false);
    expect(await passwords.check('carl', new Secret('second-password'))).to.equal(true);
  });

  for (const [who, body] of Object.entries({
    'an operator': { token_policies: 'broker-operator' },
    'a person without policies': {},
    'one with the policy of a login and another one': { token_policies: 'LOGIN,broker-operator' },
    'one with the old-style list of policies': { policies: 'broker-operator' },
    'one with the policy of a login and the default one': { token_policies: 'LOGIN' },
    'one whose tokens live longer': {
      token_policies: 'LOGIN',
      token_no_default_policy: true,
      token_ttl: '1h',
    },
  }))
    it(`never overwrites ${who}: password and policies stay`, async () => {
      const login = vaultName('login', vault.mounts);
      const text = JSON.stringify({ ...body, password: 'of-the-operator' }).replace('LOGIN', login);
      const path = `auth/${vault.mounts.userpassMount}/users/opal`;
      await vault.root.request('DELETE', path);
      await vault.root.request('POST', path, JSON.parse(text));
      const before = (await vault.root.request('GET', path)).body.data;
      expect(await rejection(passwords.set('opal', new Secret('of-somebody-else')))).to.include({
        code: 'conflict',
      });
      expect((await vault.root.request('GET', path)).body.data).to.deep.equal(before);
      const mount = `auth/${vault.mounts.userpassMount}`;
      const logins = ['of-the-operator', 'of-somebody-else'].map((password) =>
        vault.root.request('POST', `${mount}/login/opal`, { password }, { token: null }),
      );
      const statuses = (await Promise.all(logins)).map(({ status }) => status);
      expect(statuses[0]).to.equal(200);
      expect(statuses[1]).to.be.oneOf([400, 403]);
    });

  it('takes over a login that an earlier attempt of its own left behind', async () => {
    await passwords.set('dora', new Secret('some-password'));
    await passwords.set('dora', new Secret('other-password'));
    expect(await passwords.check('dora', new Secret('other-password'))).to.equal(true);
  });

  it('leaves no token of a login behind', async () => {
    await passwords.set('emil', new Secret('some-password'));
    const before = await tokenCount();
    for (let i = 0; i < 3; i += 1) await passwords.check('emil', new Secret('some-password'));
    expect(await tokenCount()).to.equal(before);
  });

  it('refuses what Vault could not keep as it is', async () => {
    const long = new Secret('x'.repeat(73));
    expect(await rejection(passwords.set('anna', long))).to.include({ code: 'invalid_request' });
    expect(await rejection(passwords.set('Anna', new Secret('ok')))).to.include({ code: 'invalid_request' });
    expect(await rejection(passwords.set('../x', new Secret('ok')))).to.include({ code: 'invalid_request' });
    expect(await passwords.check('../../token/x', new Secret('ok'))).to.equal(false);
  });

  it('holds a password of 72 bytes', async () => {
    await passwords.set('long', new Secret('ü'.repeat(36)));
    expect(await passwords.check('long', new Secret('ü'.repeat(36)))).to.equal(true);
    expect(await passwords.check('long', new Secret(`${'ü'.repeat(36)}x`))).to.equal(false);
  });

  async function tokenCount(): Promise<number> {
    return (await vault.root.request('LIST', 'auth/token/accessors/')).body.data.keys.length;
  }
});
