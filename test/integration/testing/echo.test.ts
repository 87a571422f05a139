import { expect } from 'chai';
import { connectorOf } from '../../../src/connectors/registry.js';
import { allFields } from '../../../src/domain/credentials/templateFields.js';
import type { Connector } from '../../../src/domain/services/connector.js';
import type { Outbound } from '../../../src/ports/testing.js';
import { allCases } from '../../conformance/allCases.js';
import type { ServiceCases } from '../../conformance/serviceCases.js';
import { type BrokerSystem, type SignedIn, startBrokerSystem } from '../../support/broker/brokerSystem.js';
import { everyRow } from '../../support/cases/canaries.js';
import { type Place, placesOf, provingParts } from '../../support/cases/echoes.js';
import type { SimulatedAnswer, Simulator } from '../../support/services/simulator.js';
import { redirected } from '../../support/services/testOutbound.js';

/** A beginning is enough of a find: what is shown is cut to a length. */
const BEGINNING = 16;
const found = (text: string, parts: Iterable<string>) =>
  [...parts].filter((part) => part.length >= 8 && text.includes(part.slice(0, BEGINNING)));

interface Way {
  way: string;
  fields: Record<string, string | undefined>;
}

/** Each service in turn, with a host that says back, in every place of every answer, all that proves us to it. */
describe('what a host says back of what it heard', function () {
  this.timeout(300_000);
  let broker: BrokerSystem;
  let anna: SignedIn;
  let real: Outbound;
  const heard = new Set<string>();
  const logged: string[] = [];
  const write = { out: process.stdout.write, err: process.stderr.write };

  before(async () => {
    broker = await startBrokerSystem({ testsPerMinute: 100_000 });
    real = broker.system.ports.outbound;
    anna = await broker.person('anna', 'engineer');
  });
  after(() => broker.stop());

  for (const cases of allCases)
    it(`is told nowhere (${cases.serviceType})`, async () => {
      const simulator = await cases.simulator();
      process.stdout.write = ((text: string) => logged.push(text) > 0) as typeof process.stdout.write;
      process.stderr.write = ((text: string) => logged.push(text) > 0) as typeof process.stderr.write;
      try {
        broker.system.ports.outbound =
          cases.fixedHosts === undefined
            ? real
            : redirected(real, { hosts: cases.fixedHosts, simulator, trusted: true });
        await echoes(cases, simulator);
      } finally {
        process.stdout.write = write.out;
        process.stderr.write = write.err;
        await simulator.close();
      }
    });

  /** Each way to sign in that the cases know: a token, a password, a whole kubeconfig … */
  async function echoes(cases: ServiceCases, simulator: Simulator): Promise<void> {
    const good = cases.cases(simulator).filter(({ code }) => code === 'ok');
    const ways = new Map(good.map(({ fields = {} }) => [JSON.stringify(fields), fields]));
    for (const [n, fields] of [...ways.values()].entries())
      await echoesOf(cases, simulator, { way: `way ${n}`, fields });
  }

  async function echoesOf(cases: ServiceCases, simulator: Simulator, one: Way): Promise<void> {
    const id = await stored(cases, simulator, one);
    const answers: SimulatedAnswer[] = [];
    const first = await run(id, simulator, (answer) => {
      answers.push(answer);
      return answer;
    });
    // Some need a state of the simulator that is not theirs here; they are heard all the same.
    expect(first.body.code, one.way).to.be.oneOf(['ok', 'not_this_service', 'insufficient_permission']);
    let turn = 0;
    for (const [n, answer] of answers.entries())
      for (const place of placesOf(answer)) {
        const { text } = await run(id, simulator, echoing(n, place, turn++, simulator));
        expect(found(text, partsHeard(simulator)), `answer ${n}, ${one.way}`).to.deep.equal([]);
      }
  }

  const partsHeard = (simulator: Simulator) => new Set(simulator.seen.flatMap(provingParts));

  /** The n-th answer of a test, with what was heard so far in that place; each time another part comes first. */
  function echoing(n: number, place: Place, turn: number, simulator: Simulator) {
    let asked = 0;
    return (answer: SimulatedAnswer): SimulatedAnswer => {
      if (asked++ !== n) return answer;
      const parts = [...partsHeard(simulator)];
      for (const part of parts) heard.add(part);
      const at = parts.length === 0 ? 0 : turn % parts.length;
      return place(answer, [...parts.slice(at), ...parts.slice(0, at)].join(' ').slice(0, 6_000));
    };
  }

  async function run(
    id: string,
    simulator: Simulator,
    rewrite: (answer: SimulatedAnswer) => SimulatedAnswer,
  ) {
    simulator.seen.length = 0;
    simulator.rewrite = rewrite;
    const { body } = await broker.call(anna.token, 'POST', `/api/credentials/${id}/test`, {});
    return { body, text: JSON.stringify(body) };
  }

  async function stored(cases: ServiceCases, simulator: Simulator, { way, fields }: Way): Promise<string> {
    const { template } = connectorOf(cases.serviceType) as Connector;
    const known = new Set(allFields(template).map(({ name }) => name));
    const secured = known.has('tls_mode') && simulator.url.startsWith('https:');
    const tls = secured ? { tls_mode: 'custom_ca', ca_cert_pem: simulator.ca } : {};
    const whole = { ...tls, ...cases.fields(simulator), ...fields };
    const given = Object.fromEntries(Object.entries(whole).filter(([, text]) => text !== undefined));
    const secrets = Object.keys(given).filter((name) => !known.has(name) && name !== 'user');
    const made = await broker.call(anna.token, 'POST', '/api/credentials', {
      name: `${cases.serviceType} ${way}`,
      service_type: cases.serviceType,
      fields: given,
      ...(template.free_form && { secret_fields: secrets }),
    });
    expect(made.status, JSON.stringify(made.body)).to.equal(201);
    return made.body.id as string;
  }

  it('is in no row and no line of the log', async () => {
    expect(heard.size).to.be.greaterThan(20);
    const rows = await everyRow(broker.database.ownerUrl);
    for (const [table, text] of rows) expect(found(text, heard), table).to.deep.equal([]);
    expect(found(logged.join(''), heard)).to.deep.equal([]);
    expect([...rows.values()].join(), 'the search sees what is there').to.include('[secret]');
  });
});
