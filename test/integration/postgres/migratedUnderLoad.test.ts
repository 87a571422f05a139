import { expect } from 'chai';
import pg from 'pg';
import { migrate } from '../../../src/adapters/postgres/migrate/migrations.js';
import { type BrokerParts, startBrokerParts } from '../../support/broker/brokerParts.js';
import { type BrokerProcess, startBrokerProcess } from '../../support/broker/brokerProcess.js';
import { eventually } from '../../support/eventually.js';
import { patiently } from '../../support/patience.js';
import { expectRowForEach, startReads } from '../../support/worlds/readLoad.js';

/** A lock is waited for at most a second; the rest is room on a busy machine. */
const LONGEST_READ_MS = 2_000;

const WAITS = `
  select 1 from pg_locks l join pg_class c on c.oid = l.relation
  where not l.granted and l.mode = 'AccessExclusiveLock' and c.relname = 'audit_events'
    and l.database = (select oid from pg_database where datname = current_database())`;

describe('a migration beside brokers that serve', function () {
  this.timeout(60_000);
  let parts: BrokerParts;
  let broker: BrokerProcess;

  before(async () => {
    parts = await startBrokerParts();
    parts.env['REVEALS_PER_MINUTE'] = '0';
    broker = await startBrokerProcess(parts);
  });
  after(async () => {
    await broker.kill();
    await parts.stop();
  });

  async function stored(): Promise<string> {
    const answer = await fetch(`${broker.base}/api/credentials`, {
      method: 'POST',
      headers: { authorization: `Bearer ${broker.token(7)}`, 'content-type': 'application/json' },
      body: JSON.stringify({ name: 'one', service_type: 'openai', fields: { api_key: 'sk-1' } }),
    });
    return ((await answer.json()) as { id: string }).id;
  }

  it('waits for no table longer than reads can bear, and comes again until it is done', async () => {
    const url = `${broker.base}/api/credentials/${await stored()}/secret`;
    const owner = new pg.Pool({ connectionString: parts.database.ownerUrl, max: 2 });
    const { rows } = await owner.query(
      `select max(relname) as last from pg_class where relname ~ '^audit_events_\\d{4}_\\d{2}$'`,
    );
    const last = rows[0].last as string;
    await owner.query(`drop table broker.${last}`);
    // As a proof over the whole trail does: a reader that is in no hurry.
    const reader = await owner.connect();
    await reader.query('begin; select 1 from broker.audit_events limit 1');
    const load = startReads({ url, token: broker.token(7), readers: 16 });
    await eventually('values', async () => load.withStatus(200).length > 100 || undefined);
    const migrated = migrate({ ownerUrl: parts.database.ownerUrl, appRole: 'broker_app' });
    const waits = async () => (await owner.query(WAITS)).rowCount === 1;
    for (let attempt = 1; attempt <= 2; attempt += 1) {
      await eventually(`try ${attempt}`, async () => (await waits()) || undefined);
      await eventually(`end of try ${attempt}`, async () => !(await waits()) || undefined);
    }
    await reader.query('rollback');
    reader.release();
    expect(await migrated).to.deep.equal([]);
    await load.stop();
    const { rows: made } = await owner.query('select to_regclass($1) as name', [`broker.${last}`]);
    await owner.end();
    expect(made[0].name).to.equal(`broker.${last}`);
    expect(load.answers.filter(({ status }) => status !== 200)).to.deep.equal([]);
    const slowest = Math.max(...load.answers.map(({ beganMs, endedMs }) => endedMs - beganMs));
    expect(slowest).to.be.below(patiently(LONGEST_READ_MS));
    await expectRowForEach(parts.database.ownerUrl, load.answers);
  });
});
