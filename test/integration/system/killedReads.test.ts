import { expect } from 'chai';
import pg from 'pg';
import { type BrokerParts, startBrokerParts } from '../../support/broker/brokerParts.js';
import { type BrokerProcess, startBrokerProcess } from '../../support/broker/brokerProcess.js';

const RUNS = 5;
const READERS = 32;
const KILL_AFTER_ANSWERS = 300;

describe('a broker that is killed under 32 readers', function () {
  this.timeout(120_000);
  let parts: BrokerParts;
  let records: pg.Client;

  before(async () => {
    parts = await startBrokerParts();
    records = new pg.Client({ connectionString: parts.database.appUrl });
    await records.connect();
  });
  after(async () => {
    await records.end();
    await parts.stop();
  });

  async function store(broker: BrokerProcess, run: number): Promise<string> {
    const answer = await fetch(`${broker.base}/api/credentials`, {
      method: 'POST',
      headers: { authorization: `Bearer ${broker.token(7)}`, 'content-type': 'application/json' },
      body: JSON.stringify({ name: `run ${run}`, service_type: 'openai', fields: { api_key: 'sk-1' } }),
    });
    return ((await answer.json()) as { id: string }).id;
  }

  /** Reads side by side until the process is gone; the number of values that arrived whole. */
  async function readUntilKilled(broker: BrokerProcess, id: string): Promise<number> {
    let answers = 0;
    const headers = { authorization: `Bearer ${broker.token(7)}` };
    const reader = async () => {
      for (;;) {
        const answer = await fetch(`${broker.base}/api/credentials/${id}/secret`, { headers }).catch(
          () => null,
        );
        const body = answer === null ? null : await answer.text().catch(() => null);
        if (body === null) return;
        if (answer?.status === 200) answers += 1;
        if (answers === KILL_AFTER_ANSWERS) broker.child.kill('SIGKILL');
      }
    };
    await Promise.all(Array.from({ length: READERS }, reader));
    return answers;
  }

  it(`has a row for every value that left it, in ${RUNS} runs of ${RUNS}`, async () => {
    for (let run = 1; run <= RUNS; run += 1) {
      const broker = await startBrokerProcess(parts);
      const id = await store(broker, run);
      const answers = await readUntilKilled(broker, id);
      expect(answers).to.be.at.least(KILL_AFTER_ANSWERS);
      const { rows } = await records.query(
        `select count(*)::int as n from broker.audit_events
         where credential_id = $1 and action = 'credential.read' and outcome = 'allowed'`,
        [id],
      );
      expect(rows[0].n, `run ${run}`).to.be.at.least(answers);
    }
  });
});
