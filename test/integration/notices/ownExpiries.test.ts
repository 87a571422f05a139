import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import pg from 'pg';
import { loadConfig } from '../../../src/config/config.js';
import { type System, wire } from '../../../src/wire.js';
import { type BrokerParts, startBrokerParts } from '../../support/broker/brokerParts.js';
import { startBrokerProcess } from '../../support/broker/brokerProcess.js';
import { eventually } from '../../support/eventually.js';
import { makeSelfSigned } from '../../support/services/selfSigned.js';

const HOUR = 3_600_000;

describe('the broker knows when what it lives on ends', function () {
  this.timeout(60_000);
  let parts: BrokerParts;
  let system: System;
  let certified: System;
  before(async () => {
    parts = await startBrokerParts();
    const { cert, key } = makeSelfSigned();
    const [certFile, keyFile] = [join(parts.folder, 'tls.pem'), join(parts.folder, 'tls.key')];
    writeFileSync(certFile, cert);
    writeFileSync(keyFile, key, { mode: 0o600 });
    // Postgres here takes no TLS, so nothing connects with the client certificate that the second system names.
    const tls = { TLS_CERT_FILE: certFile, TLS_KEY_FILE: keyFile };
    const url = `${parts.database.appUrl}?sslmode=verify-full&sslcert=${certFile}&sslkey=${keyFile}&sslrootcert=${certFile}`;
    system = await wire(loadConfig({ ...parts.env, ...tls }));
    certified = await wire(loadConfig({ ...parts.env, ...tls, DATABASE_URL: url, VAULT_CA_FILE: certFile }));
  });
  after(async () => {
    await Promise.all([system.close(), certified.close()]);
    await parts.stop();
  });

  const ends = async () => {
    const list = await system.ports.ownExpiries.list();
    return Object.fromEntries(list.map(({ part, endsAt }) => [part, endsAt.getTime()]));
  };
  /** As an operator exchanges it. */
  async function exchangeSecretId(role: string, file: string, ttl: string): Promise<void> {
    const { address, rootToken } = parts.vault;
    const answer = await fetch(`${address}/v1/auth/approle/role/broker-${role}/secret-id`, {
      method: 'POST',
      headers: { 'x-vault-token': rootToken },
      body: JSON.stringify({ ttl }),
    });
    const { data } = (await answer.json()) as { data: { secret_id: string } };
    writeFileSync(file, data.secret_id, { mode: 0o600 });
  }

  it('its certificate, and of its logins those that end', async () => {
    expect(await ends()).to.deep.equal({ 'TLS certificate': Date.parse('2049-12-31T23:59:59Z') });
    await exchangeSecretId('api', parts.env['VAULT_SECRET_ID_FILE'] ?? '', '240h');
    await exchangeSecretId('users', parts.env['VAULT_USERS_SECRET_ID_FILE'] ?? '', '2h');
    const after = await ends();
    expect(Object.keys(after)).to.have.members([
      'TLS certificate',
      'login to Vault as broker-api',
      'login to Vault as broker-users',
    ]);
    const hours = (part: string) => ((after[`login to Vault as ${part}`] ?? 0) - Date.now()) / HOUR;
    expect(hours('broker-api')).to.be.within(239, 241);
    expect(hours('broker-users')).to.be.within(1, 3);
  });

  it('and those with which it knows Postgres and Vault, and Postgres knows it', async () => {
    const list = await certified.ports.ownExpiries.list();
    expect(list.map(({ part }) => part)).to.include.members([
      'TLS certificate',
      'CA for Vault',
      'client certificate for Postgres',
      'CA for Postgres',
    ]);
  });

  it('and tells it also where no worker can ask', async () => {
    const broker = await startBrokerProcess(parts, 'api');
    try {
      const owner = new pg.Client({ connectionString: parts.database.ownerUrl });
      await owner.connect();
      const told = await eventually('notices', async () => {
        const text = `select body->>'part' as part from broker.notifications where kind = 'broker_ending' order by 1`;
        const { rows } = await owner.query(text);
        return rows.length > 1 ? rows.map(({ part }) => part) : undefined;
      });
      await owner.end();
      expect(told).to.deep.equal(['login to Vault as broker-api', 'login to Vault as broker-users']);
    } finally {
      await broker.kill('SIGTERM');
    }
  });

  it('and says nothing of what it can not ask', async () => {
    parts.vault.pause();
    try {
      expect(Object.keys(await ends())).to.deep.equal(['TLS certificate']);
    } finally {
      parts.vault.resume();
    }
  });
});
