import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import pg from 'pg';
import { type BrokerParts, startBrokerParts } from '../../support/broker/brokerParts.js';
import { type BrokerProcess, startBrokerProcess } from '../../support/broker/brokerProcess.js';

const main = fileURLToPath(new URL('../../../src/main.js', import.meta.url));

describe('an admin who cannot log in', function () {
  this.timeout(60_000);
  let parts: BrokerParts;
  let broker: BrokerProcess;
  let rows: pg.Client;

  before(async () => {
    parts = await startBrokerParts();
    rows = new pg.Client({ connectionString: parts.database.ownerUrl });
    await rows.connect();
    expect(onHost('first-one-time', ['--username', 'admin']).status).to.equal(0);
    broker = await startBrokerProcess(parts);
  });
  after(async () => {
    await rows?.end();
    await broker?.kill();
    await parts.stop();
  });

  function onHost(password: string, words: string[]) {
    const file = join(parts.folder, 'password');
    writeFileSync(file, password, { mode: 0o600 });
    const env = { PATH: process.env['PATH'], ...parts.env };
    return spawnSync(process.execPath, [main, 'create-admin', ...words, '--password-file', file], {
      env,
      encoding: 'utf8',
      timeout: 30_000,
    });
  }
  interface Message {
    status: number;
    // biome-ignore lint/suspicious/noExplicitAny: looked at field by field
    body: any;
  }
  async function post(path: string, body: object, token?: string): Promise<Message> {
    const headers = {
      'content-type': 'application/json',
      ...(token !== undefined && { authorization: `Bearer ${token}` }),
    };
    const answer = await fetch(`${broker.base}${path}`, {
      method: 'POST',
      headers,
      body: JSON.stringify(body),
    });
    return { status: answer.status, body: answer.status === 204 ? undefined : await answer.json() };
  }
  const login = (password: string) => post('/api/auth/login', { username: 'admin', password });

  it('is recovered on the host: a new one-time password, no login left, a row and notices', async () => {
    const first = (await login('first-one-time')).body.access_token;
    const change = { current_password: 'first-one-time', new_password: 'forgotten-long-ago' };
    expect((await post('/api/auth/password', change, first)).status).to.equal(204);
    const { access_token: token, refresh_token } = (await login('forgotten-long-ago')).body;
    await post('/api/credentials', { name: 'own', service_type: 'other', fields: { value: 'v' } }, token);
    await rows.query(`update broker.people set disabled = true where principal = 'local:admin'`);
    const done = onHost('second-one-time', ['--username', 'admin', '--reset', '--reason', 'password lost']);
    expect(done.status, done.stderr).to.equal(0);
    expect(done.stdout).to.contain('Reset the password of admin').and.not.contain('second-one-time');
    expect((await post('/api/auth/token', { grant_type: 'refresh_token', refresh_token })).status).to.equal(
      401,
    );
    expect((await login('forgotten-long-ago')).status).to.equal(401);
    const again = await login('second-one-time');
    expect([again.status, again.body.must_change_password]).to.deep.equal([200, true]);
    const audit = await rows.query(
      `select actor, details, break_glass, break_glass_reason from broker.audit_events where action = 'user.password_reset'`,
    );
    expect(audit.rows).to.have.length(1);
    expect(audit.rows[0]).to.include({
      actor: 'system',
      break_glass: true,
      break_glass_reason: 'password lost',
    });
    const told = await rows.query(
      `select kind from broker.notifications where recipient = 'local:admin' order by kind`,
    );
    expect(told.rows.map(({ kind }) => kind)).to.deep.equal(['break_glass', 'password_reset']);
  });

  it('is refused where nothing would come of it', async () => {
    const because = ['--reset', '--reason', 'a drill'];
    const unknown = onHost('second-one-time', ['--username', 'nobody', ...because]);
    expect([unknown.status, unknown.stderr]).to.deep.equal([
      1,
      'glassdome-broker: There is no admin "nobody". Admins: admin.\n',
    ]);
    expect(onHost('second-one-time', ['--username', 'admin', '--reset']).status).to.equal(2);
    expect(onHost('second-one-time', ['--username', 'admin', '--reason', 'x']).status).to.equal(2);
    expect(onHost('second-one-time', ['--username', 'admin', '--reset', '--reason', ' ']).status).to.equal(1);
    expect(onHost('short', ['--username', 'admin', ...because]).status).to.equal(1);
    const first = onHost('second-one-time', ['--username', 'other']);
    expect(first.stderr).to.contain('Users already exist').and.contain('--reset');
  });
});
