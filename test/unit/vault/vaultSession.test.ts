import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import type { LoginMethod } from '../../../src/adapters/vault/connection/login.js';
import { Session } from '../../../src/adapters/vault/connection/session.js';
import { WrappedSecretId } from '../../../src/adapters/vault/connection/wrappedSecretId.js';
import { Secret } from '../../../src/domain/secret.js';
import { FakeTimers, settled } from '../../support/fakeTimers.js';
import { login, ok, ScriptedVault, silence, status } from '../../support/services/scriptedVault.js';
import { rememberingLog } from '../../support/services/vaultSetup.js';

const APPROLE: LoginMethod = { kind: 'approle', roleId: 'role', secretId: new Secret('canary-secret-id') };

/** A Vault that logs in with t1, t2 …, and renews, until a test says otherwise. */
function setUp(method: LoginMethod = APPROLE) {
  const timers = new FakeTimers();
  const log = rememberingLog();
  let logins = 0;
  const dead = new Set<string>();
  const vault = new ScriptedVault(({ path, token }) => {
    if (path.endsWith('/login')) return login(`t${++logins}`);
    if (dead.has(String(token))) return status(403, 'permission denied');
    if (path.endsWith('renew-self')) return login(String(token));
    return path.endsWith('lookup-self')
      ? ok({ ttl: 600, renewable: true })
      : { status: 204, body: undefined };
  });
  const session = new Session({
    client: vault,
    login: method,
    timers,
    log,
    role: 'api',
    fileVariable: 'VAULT_SECRET_ID_FILE',
  });
  return { timers, log, vault, session, dead };
}

describe('login to Vault', () => {
  it('is renewed at two thirds of its life, give or take a tenth', async () => {
    const { timers, vault, session } = setUp();
    await session.start();
    expect(timers.pending).to.deep.equal([800_000]);
    await timers.advance(799_999);
    expect(vault.count('renew-self')).to.equal(0);
    timers.chance = 0;
    await timers.advance(1);
    expect(vault.count('renew-self')).to.equal(1);
    expect(timers.pending).to.deep.equal([720_000]);
    expect(session.secondsLeft()).to.equal(1_200);
  });

  it('is made anew when a renewal gives less: the longest life is near', async () => {
    const { timers, vault, session } = setUp();
    await session.start();
    const before = vault.answer;
    vault.answer = (asked) => (asked.path.endsWith('renew-self') ? login('t1', 300) : before(asked));
    await timers.advance(800_000);
    expect([vault.count('/login'), session.token()]).to.deep.equal([2, 't2']);
  });

  it('is made anew when it can not be renewed', async () => {
    const { timers, vault, session } = setUp();
    vault.answer = ({ path }) => (path.endsWith('/login') ? login('once', 600, false) : status(500));
    await session.start();
    await timers.advance(400_000);
    expect([vault.count('/login'), vault.count('renew-self')]).to.deep.equal([2, 0]);
  });

  it('goes on with the old token while renewals fail, ever more slowly, and tells how long it lasts', async () => {
    const { timers, vault, session, log } = setUp();
    await session.start();
    vault.answer = () => silence('timeout');
    await timers.advance(800_000);
    const waits: number[] = [];
    for (let i = 0; i < 7; i += 1) {
      const [wait] = timers.pending;
      waits.push(wait ?? -1);
      await timers.advance(wait ?? 0);
    }
    expect(waits).to.deep.equal([1_000, 2_000, 4_000, 8_000, 16_000, 30_000, 30_000]);
    expect(session.token()).to.equal('t1');
    expect(log.lines.find((line) => line.level === 'error')).to.deep.include({
      event: 'vault_renewal_failed',
      fields: { role: 'api', reason: 'timeout', status: null, secondsLeft: 400 },
    });
  });

  it('is made once for all who were refused at the same time', async () => {
    const { vault, session, dead } = setUp();
    await session.start();
    dead.add('t1');
    const replaced = await Promise.all(Array.from({ length: 50 }, () => session.replace('t1')));
    expect(new Set(replaced)).to.deep.equal(new Set([true]));
    expect([vault.count('/login'), session.token()]).to.deep.equal([2, 't2']);
    expect(await session.replace('t1')).to.equal(true);
    expect(vault.count('/login')).to.equal(2);
  });

  it('is left alone when it is young and Vault knows it: then the policy is too narrow', async () => {
    const { timers, vault, session } = setUp();
    await session.start();
    expect(await session.replace('t1')).to.equal(false);
    expect(vault.count('/login')).to.equal(1);
    await timers.advance(61_000);
    expect(await session.replace('t1')).to.equal(true);
    expect(vault.count('/login')).to.equal(2);
  });

  it('waits before it is tried again after Vault said no, however many ask', async () => {
    const { timers, vault, session, log } = setUp();
    vault.answer = () => status(400, 'invalid role or secret ID');
    expect(await session.start()).to.equal(false);
    for (let i = 0; i < 20; i += 1) {
      await session.replace(null);
      await session.verify();
    }
    expect(vault.count('/login')).to.equal(1);
    await timers.advance(1_000);
    expect(vault.count('/login')).to.equal(2);
    expect(log.lines.at(-1)).to.deep.include({ level: 'error', event: 'vault_login_failed' });
    expect(JSON.stringify(log.lines)).to.not.contain('canary');
  });

  it('counts no seconds for a token that is dead', async () => {
    const { vault, session } = setUp();
    await session.start();
    vault.answer = () => status(403, 'permission denied');
    expect(await session.replace('t1')).to.equal(false);
    expect([session.token(), session.secondsLeft()]).to.deep.equal([null, 0]);
  });

  it('keeps the token when a refusal can not be looked into', async () => {
    const { vault, session } = setUp();
    await session.start();
    vault.answer = () => silence('timeout');
    expect(await session.replace('t1')).to.equal(false);
    expect(session.token()).to.equal('t1');
  });

  it('ends its token in Vault when it closes, and does nothing afterwards', async () => {
    const { timers, vault, session } = setUp();
    await session.start();
    await session.close();
    expect(vault.asked.at(-1)).to.include({ path: 'auth/token/revoke-self', token: 't1' });
    expect(session.token()).to.equal(null);
    expect(timers.pending).to.deep.equal([]);
  });

  it('closes also when Vault is not there', async () => {
    const { vault, session, log } = setUp();
    await session.start();
    vault.answer = () => silence('connect');
    await session.close();
    expect(log.lines.at(-1)).to.include({ event: 'vault_revoke_failed' });
  });

  it('takes a token as it is given, renews it, and leaves its end to who gave it', async () => {
    const { timers, vault, session } = setUp({ kind: 'token', token: new Secret('given') });
    await session.start();
    expect([session.token(), session.secondsLeft()]).to.deep.equal(['given', 600]);
    await timers.advance(400_000);
    expect(vault.asked.at(-1)).to.include({ path: 'auth/token/renew-self', token: 'given' });
    await session.close();
    expect(vault.count('revoke-self')).to.equal(0);
  });

  it('does not renew a token that never ends', async () => {
    const { timers, vault, session } = setUp({ kind: 'token', token: new Secret('root') });
    vault.answer = () => ok({ ttl: 0, renewable: false });
    await session.start();
    expect(session.secondsLeft()).to.equal(Number.POSITIVE_INFINITY);
    expect(timers.pending).to.deep.equal([]);
  });

  describe('with a file', () => {
    let folder: string;
    before(async () => {
      folder = await mkdtemp(join(tmpdir(), 'vault-session-'));
    });
    after(() => rm(folder, { recursive: true }));

    it('reads it again at each login, so that it can be exchanged', async () => {
      const jwtFile = join(folder, 'token');
      await writeFile(jwtFile, 'first\n');
      const { vault, session, dead } = setUp({ kind: 'pod', mount: 'kubernetes', role: 'broker', jwtFile });
      await session.start();
      await writeFile(jwtFile, 'second\n');
      dead.add('t1');
      await session.replace('t1');
      const logins = vault.asked.filter((asked) => asked.path === 'auth/kubernetes/login');
      expect(logins.map((asked) => asked.body)).to.deep.equal([
        { role: 'broker', jwt: 'first' },
        { role: 'broker', jwt: 'second' },
      ]);
      expect(logins.map((asked) => asked.token)).to.deep.equal([null, null]);
    });

    it('says that a file is missing, and tries again', async () => {
      const method: LoginMethod = {
        kind: 'approle',
        roleId: 'role',
        secretId: { file: join(folder, 'none') },
      };
      const { timers, vault, session, log } = setUp(method);
      expect(await session.start()).to.equal(false);
      expect(log.lines[0]).to.deep.include({ event: 'vault_login_failed' });
      expect(log.lines[0]?.fields).to.include({
        reason: 'file_unreadable',
        variable: 'VAULT_SECRET_ID_FILE',
        file: join(folder, 'none'),
        code: 'ENOENT',
      });
      await writeFile(join(folder, 'none'), 'secret-id');
      const began = Date.now();
      // Reading a file is real work that fake time can't hurry.
      await timers.advance(1_000);
      while (session.token() === null && Date.now() - began < 2_000) await settled();
      expect(session.token()).to.equal('t1');
      expect(vault.asked.at(-1)?.body).to.deep.equal({ role_id: 'role', secret_id: 'secret-id' });
    });

    describe('that holds a wrapping token', () => {
      const MADE_AT = 'auth/approle/role/broker-api/secret-id';
      /** Opens each token once, as Vault does; `madeAt` is what it tells of all of them. */
      async function wrapped(madeAt: string, file = join(folder, 'wrapped')) {
        await writeFile(file, 'canary-wrapping-1\n');
        const method: LoginMethod = {
          kind: 'approle',
          roleId: 'role',
          secretId: new WrappedSecretId(file, MADE_AT),
        };
        const made = setUp(method);
        const spent = new Set<unknown>();
        const before = made.vault.answer;
        made.vault.answer = (asked) => {
          const token =
            asked.path === 'sys/wrapping/lookup' ? (asked.body as { token: string }).token : asked.token;
          if (asked.path.startsWith('sys/wrapping/') && spent.has(token))
            return status(400, 'wrapping token is not valid');
          if (asked.path === 'sys/wrapping/lookup') return ok({ creation_path: madeAt });
          if (asked.path !== 'sys/wrapping/unwrap') return before(asked);
          spent.add(token);
          return ok({ secret_id: `id of ${String(token)}` });
        };
        const secretIds = () =>
          made.vault.asked
            .filter(({ path }) => path === 'auth/approle/login')
            .map(({ body }) => (body as { secret_id: string }).secret_id);
        return { ...made, spent, secretIds, file };
      }

      it('opens it once, after looking where it was made, and goes on with what was in it', async () => {
        const { vault, session, dead, secretIds } = await wrapped(MADE_AT);
        expect(await session.start()).to.equal(true);
        expect(vault.asked.map(({ path }) => path)).to.deep.equal([
          'sys/wrapping/lookup',
          'sys/wrapping/unwrap',
          'auth/approle/login',
        ]);
        expect([vault.asked[0]?.token, vault.asked[1]?.token]).to.deep.equal([null, 'canary-wrapping-1']);
        dead.add('t1');
        await session.replace('t1');
        expect(vault.count('sys/wrapping')).to.equal(2);
        expect(secretIds()).to.deep.equal(['id of canary-wrapping-1', 'id of canary-wrapping-1']);
      });

      it('opens another one that was laid into the file', async () => {
        const { session, dead, secretIds, file } = await wrapped(MADE_AT);
        await session.start();
        await writeFile(file, 'canary-wrapping-2');
        dead.add('t1');
        await session.replace('t1');
        expect(secretIds()).to.deep.equal(['id of canary-wrapping-1', 'id of canary-wrapping-2']);
      });

      it('raises an alarm when somebody opened it before, and does not log in', async () => {
        const { vault, session, spent, log } = await wrapped(MADE_AT);
        spent.add('canary-wrapping-1');
        expect(await session.start()).to.equal(false);
        const [line] = log.lines;
        expect(line).to.deep.include({ level: 'error', event: 'vault_unwrap_refused' });
        expect(line?.fields).to.include({ role: 'api', reason: 'spent', status: 400 });
        expect([vault.count('/login'), vault.count('unwrap')]).to.deep.equal([0, 0]);
        expect(JSON.stringify(log.lines)).not.to.contain('canary');
      });

      it('does not open one that wraps the answer to another request', async () => {
        for (const other of [
          'auth/approle/role/broker-users/secret-id',
          'cubbyhole/mine',
          'auth/token/create',
        ]) {
          const { vault, session, log } = await wrapped(other);
          expect(await session.start()).to.equal(false);
          expect(log.lines[0]?.fields).to.include({ reason: 'other_path' });
          expect(vault.count('unwrap')).to.equal(0);
        }
      });
    });
  });
});
