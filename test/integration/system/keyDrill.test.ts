import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { expect } from 'chai';
import { packageRoot } from '../../../local/files/paths.js';
import { type BrokerParts, startBrokerParts } from '../../support/broker/brokerParts.js';
import { type BrokerProcess, startBrokerProcess } from '../../support/broker/brokerProcess.js';
import { eventually } from '../../support/eventually.js';
import { type Listener, listen } from '../../support/services/listener.js';

const PAGE = readFileSync(join(packageRoot(), 'docs/production/keys.md'), 'utf8');
/** Every statement of its section, without comments. */
const DRILL = (PAGE.split('## After a key leaked')[1] ?? '')
  .split('\n')
  .filter((line) => line.startsWith('    '))
  .map((line) => line.replace(/#.*/, '').trim());

describe('the drill of docs/production/keys.md, on a broker that serves', function () {
  this.timeout(180_000);
  let parts: BrokerParts;
  let broker: BrokerProcess;
  let receiver: Listener;
  let admin: Record<string, string>;

  before(async () => {
    receiver = await listen((_request, response) => void response.end());
    parts = await startBrokerParts();
    broker = await startBrokerProcess(parts, 'all');
    admin = { authorization: `Bearer ${broker.token(1, 'admin')}`, 'content-type': 'application/json' };
  });
  after(async () => {
    await broker?.kill();
    await parts?.stop();
    await receiver?.close();
  });

  // biome-ignore lint/suspicious/noExplicitAny: looked at field by field
  async function call(method: string, path: string, body?: object, headers = admin): Promise<any> {
    const init = { method, headers, ...(body === undefined ? {} : { body: JSON.stringify(body) }) };
    const answer = await fetch(broker.base + path, init);
    const text = await answer.text();
    expect(answer.status, `${method} ${path}: ${text}`).to.be.below(300);
    return text === '' ? undefined : JSON.parse(text);
  }

  // biome-ignore lint/suspicious/noExplicitAny: looked at field by field
  async function vault(method: string, path: string, body?: object): Promise<any> {
    const headers = { 'X-Vault-Token': parts.vault.rootToken };
    const init = { method, headers, ...(body === undefined ? {} : { body: JSON.stringify(body) }) };
    const answer = await fetch(`${parts.vault.address}/v1/${path}`, init);
    const text = await answer.text();
    expect(answer.status, `${path}: ${text}`).to.be.below(300);
    return text === '' ? undefined : JSON.parse(text);
  }

  async function runTask(task: string): Promise<void> {
    const { runs } = await call('POST', `/api/worker/tasks/${task}/run`);
    const ended = async () => {
      const { tasks } = await call('GET', '/api/worker');
      return tasks.find((run: { task: string; runs: number }) => run.task === task && run.runs > runs);
    };
    expect((await eventually(`${task} ends`, ended, 30_000)).last_code, task).to.equal('ok');
  }

  /** Does what one line of the page says. */
  async function follow(line: string): Promise<void> {
    const key = /transit\/keys\/([a-z-]+)\//.exec(line)?.[1];
    if (/^vault write -f transit\/keys\/[a-z-]+\/rotate$/.test(line))
      return vault('POST', `transit/keys/${key}/rotate`);
    if (line.endsWith('/config min_decryption_version=<newest>')) {
      const { latest_version } = (await vault('GET', `transit/keys/${key}`)).data;
      return vault('POST', `transit/keys/${key}/config`, { min_decryption_version: latest_version });
    }
    const task = /^glassdome worker run ([a-z_]+)$/.exec(line)?.[1];
    if (task !== undefined) return runTask(task);
    expect(line).to.equal('glassdome audit verify');
    expect(await call('GET', '/api/audit/verify')).to.include({ ok: true });
  }

  /** A service that reads all the time, and asks for a token when the one it has is refused. */
  async function startService() {
    const name = `reader-${Date.now()}`;
    const account = await call('POST', '/api/service-accounts', { name });
    const { id } = await call('POST', '/api/credentials', {
      name,
      service_type: 'openai',
      fields: { api_key: 'sk-of-the-drill' },
    });
    await call('PUT', `/api/credentials/${id}/grants`, {
      grants: [{ subject_kind: 'service_account', subject: account.id, level: 'read' }],
    });
    const { client_id, client_secret } = account;
    const login = { grant_type: 'client_credentials', client_id, client_secret };
    const login200 = async () => (await call('POST', '/api/auth/token', login)).access_token as string;
    const seen = { reads: 0, logins: 1, statuses: new Set<number>() };
    let running = true;
    const loop = async () => {
      let token = await login200();
      while (running) {
        const headers = { authorization: `Bearer ${token}` };
        const { status } = await fetch(`${broker.base}/api/credentials/${id}/secret`, { headers });
        seen.statuses.add(status);
        seen.reads += 1;
        if (status === 401) {
          token = await login200();
          seen.logins += 1;
        }
        await pause(10);
      }
    };
    const looped = loop();
    return {
      seen,
      stop: async () => {
        running = false;
        await looped;
      },
    };
  }

  it('names each of its steps', () => expect(DRILL).to.have.length(8));

  it('ends well, moves what is sealed, and no service that reads meanwhile fails', async () => {
    const url = `${receiver.address}/hook`;
    const channel = await call('POST', '/api/notifications/channels', {
      name: 'drill',
      kind: 'webhook',
      url,
    });
    const service = await startService();
    for (const line of DRILL) await follow(line);
    // The token of before the drill is refused within a minute, and the service gets one of the new key.
    await eventually('a new login', async () => service.seen.logins > 1 || undefined, 90_000);
    await service.stop();
    expect([...service.seen.statuses].sort()).to.deep.equal([200, 401]);
    expect(service.seen.logins).to.equal(2);
    const audit = await call('GET', '/api/audit?action=channel.rewrap&limit=5');
    expect(audit.items).to.have.length(1);
    // The version that sealed it is retired: only what was moved can still be opened.
    await call('POST', `/api/notifications/channels/${channel.id}/test`);
    expect(receiver.requests.map((request) => request.url)).to.deep.equal(['/hook']);
  });

  it('has a new secret ID of AppRole taken from the file, without a restart', async () => {
    const service = await startService();
    const file = parts.env['VAULT_SECRET_ID_FILE'] ?? '';
    const old = readFileSync(file, 'utf8').trim();
    const { secret_id } = (await vault('POST', 'auth/approle/role/broker-api/secret-id')).data;
    writeFileSync(file, secret_id, { mode: 0o600 });
    await vault('POST', 'auth/approle/role/broker-api/secret-id/destroy', { secret_id: old });
    const before = service.seen.reads;
    await eventually('50 more reads', async () => service.seen.reads > before + 50 || undefined);
    await service.stop();
    expect([...service.seen.statuses]).to.deep.equal([200]);
  });
});
