import { randomUUID } from 'node:crypto';
import { expect } from 'chai';
import { type BrokerParts, startBrokerParts } from '../../support/broker/brokerParts.js';
import { type BrokerProcess, startBrokerProcess } from '../../support/broker/brokerProcess.js';
import { type ReadAnswer, readOnce } from '../../support/worlds/readLoad.js';

const READERS = 6;
const OWNER = 7;
const READER = 8;

describe('a right that is taken away while it is used', function () {
  this.timeout(120_000);
  let parts: BrokerParts;
  let broker: BrokerProcess;
  let id: string;

  before(async () => {
    parts = await startBrokerParts();
    parts.env['REVEALS_PER_MINUTE'] = '0';
    broker = await startBrokerProcess(parts);
    const body = { name: 'one', service_type: 'openai', fields: { api_key: 'sk-1' } };
    id = String((await call('POST', '/api/credentials', body))['id']);
  });
  after(async () => {
    await broker.kill();
    await parts.stop();
  });

  async function call(
    method: string,
    path: string,
    body?: unknown,
    token = broker.token(OWNER),
  ): Promise<Record<string, string>> {
    const answer = await fetch(`${broker.base}${path}`, {
      method,
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const text = await answer.text();
    expect(answer.status, `${method} ${path}: ${text}`).to.be.below(300);
    return text === '' ? {} : JSON.parse(text);
  }
  const grantTo = (...grants: object[]) => call('PUT', `/api/credentials/${id}/grants`, { grants });

  /**
   * Reads side by side while the right is taken away, and as many more begun the moment that this is answered.
   * What was begun before may end either way; of the others none may bring a value.
   */
  async function race(token: string, takeAway: () => Promise<unknown>): Promise<ReadAnswer[]> {
    const read = { url: `${broker.base}/api/credentials/${id}/secret`, token };
    const answers: ReadAnswer[] = [];
    let takenAtMs = Number.POSITIVE_INFINITY;
    const reader = async () => {
      for (let behind = 0; behind < 2; ) {
        const answer = await readOnce(read);
        answers.push(answer);
        if (answer.beganMs > takenAtMs) behind += 1;
      }
    };
    const readers = Array.from({ length: READERS }, reader);
    await takeAway();
    takenAtMs = performance.now();
    await Promise.all([...readers, ...Array.from({ length: READERS }, reader)]);
    const late = answers.filter(({ beganMs }) => beganMs >= takenAtMs);
    expect(late).to.have.length.of.at.least(4 * READERS);
    expect(late.filter(({ status }) => status !== 404 && status !== 401)).to.deep.equal([]);
    return answers.filter(({ beganMs }) => beganMs < takenAtMs);
  }

  /** Many races; they prove something only when values were read right up to the end. */
  async function trials(count: number, one: () => Promise<ReadAnswer[]>): Promise<void> {
    let allowed = 0;
    let refused = 0;
    for (let trial = 0; trial < count; trial += 1) {
      const early = await one();
      allowed += early.filter(({ status }) => status === 200).length;
      refused += early.filter(({ status }) => status === 404 || status === 401).length;
      expect(early.filter(({ status }) => ![200, 404, 401].includes(status))).to.deep.equal([]);
    }
    expect(allowed).to.be.greaterThan(count);
    expect(refused).to.be.greaterThan(0);
  }

  const TRIALS = 100;
  it(`a grant: no value for a read begun behind the answer, in ${TRIALS} trials of ${TRIALS}`, async () => {
    const token = broker.token(READER);
    await trials(TRIALS, async () => {
      await grantTo({ subject_kind: 'user', subject: `glassdome:${READER}`, level: 'read' });
      return race(token, () => grantTo());
    });
  });

  it(`the credential itself, deleted: likewise for its owner, in ${TRIALS} trials of ${TRIALS}`, async () => {
    await trials(TRIALS, async () => {
      const early = await race(broker.token(OWNER), () => call('DELETE', `/api/credentials/${id}`));
      await call('POST', `/api/credentials/${id}/restore`);
      return early;
    });
  });

  const FEW = 40;
  it(`a service account: its token is worth nothing from then on, in ${FEW} trials of ${FEW}`, async () => {
    await trials(FEW, async () => {
      const made = await call('POST', '/api/service-accounts', { name: `until-${randomUUID()}` });
      const { client_id, client_secret } = made;
      const ask = { grant_type: 'client_credentials', client_id, client_secret };
      const token = String((await call('POST', '/api/auth/token', ask))['access_token']);
      await grantTo({ subject_kind: 'service_account', subject: `sa:${client_id}`, level: 'read' });
      return race(token, () => call('DELETE', `/api/service-accounts/${client_id}`));
    });
  });
});
