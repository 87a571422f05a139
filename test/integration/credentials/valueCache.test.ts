import { expect } from 'chai';
import pg from 'pg';
import { type BrokerSystem, type SignedIn, startBrokerSystem } from '../../support/broker/brokerSystem.js';

describe('a broker that may answer versions from memory for some seconds', function () {
  this.timeout(60_000);
  let broker: BrokerSystem;
  let anna: SignedIn;
  let ben: SignedIn;
  let id: string;

  before(async () => {
    broker = await startBrokerSystem({}, { VALUE_CACHE_SECONDS: '5' });
    anna = await broker.person('anna', 'engineer');
    ben = await broker.person('ben', 'engineer');
    const body = { name: 'kept', service_type: 'other', fields: { key: 'one' } };
    ({
      body: { id },
    } = await broker.call(anna.token, 'POST', '/api/credentials', body));
    await grant('read');
    expect(await read(ben)).to.deep.equal([200, 'one']);
  });
  after(() => broker.stop());

  const grant = async (level: string | null) => {
    const grants = level === null ? [] : [{ subject_kind: 'user', subject: ben.principal, level }];
    const { status } = await broker.call(anna.token, 'PUT', `/api/credentials/${id}/grants`, { grants });
    expect(status).to.equal(200);
  };
  const read = async (who: SignedIn) => {
    const { status, body } = await broker.call(who.token, 'GET', `/api/credentials/${id}/secret`);
    return [status, body?.fields?.key];
  };

  it('answers while Vault is sealed, and each answer has its row', async () => {
    await broker.vault.seal();
    try {
      for (let n = 0; n < 5; n += 1) expect(await read(ben)).to.deep.equal([200, 'one']);
    } finally {
      await broker.vault.unseal();
    }
    const db = new pg.Client({ connectionString: broker.database.ownerUrl });
    await db.connect();
    const { rows } = await db.query(
      "select count(*)::int as n from broker.audit_events where action = 'credential.read' and outcome = 'allowed'",
    );
    await db.end();
    expect(rows[0].n).to.equal(6);
  });

  it('takes a right away at once', async () => {
    await grant(null);
    expect((await read(ben))[0]).to.equal(404);
    await grant('read');
  });

  it('answers a new version at once', async () => {
    const change = { fields: { key: 'two' } };
    const { status } = await broker.call(anna.token, 'PATCH', `/api/credentials/${id}`, change);
    expect(status).to.equal(200);
    expect(await read(ben)).to.deep.equal([200, 'two']);
  });
});
