import { expect } from 'chai';
import { connectorOf, connectors } from '../../src/connectors/registry.js';
import { allFields, mergeFields } from '../../src/domain/credentials/templateFields.js';
import type { Connector } from '../../src/domain/services/connector.js';
import type { TestResult } from '../../src/domain/testing/testResult.js';
import type { Outbound } from '../../src/ports/testing.js';
import { runTest } from '../../src/usecases/testing/runTest.js';
import { type Simulator, startSimulator } from '../support/services/simulator.js';
import { loopbackOutbound, redirected, systemClock } from '../support/services/testOutbound.js';
import { allCases } from './allCases.js';
import { carriesProof, gateways } from './gateways.js';
import { GatewayTable } from './gatewayTable.js';
import type { Fields, ServiceCases } from './serviceCases.js';

const table = new GatewayTable();
const noLog = { info: () => undefined, warn: () => undefined, error: () => undefined };
const CERTIFICATE = 'certificate, TLS';
const OPEN = 'open to everybody';
const NO_SCOPE = 'no right, by 401';

const tested = (
  connector: Connector,
  outbound: Outbound,
  fields: Record<string, string | undefined>,
): Promise<TestResult> => {
  const given = Object.fromEntries(Object.entries(fields).filter(([, text]) => text !== undefined)) as Fields;
  const { values } = mergeFields({ template: connector.template, given, exact: true });
  return runTest({ clock: systemClock, log: noLog, outbound }, connector, values);
};

for (const cases of allCases) {
  const { serviceType, gateway } = cases;
  const connector = connectorOf(serviceType) as Connector;

  describe(`${serviceType} behind a gateway`, function () {
    this.timeout(60_000);
    let simulator: Simulator;
    let right: Fields;

    before(async () => {
      const open = await cases.simulator();
      if (gateway.behind !== undefined) await open.close();
      simulator = (await gateway.behind?.()) ?? open;
      right = { ...trusting(connector, simulator), ...cases.fields(simulator) };
    });
    after(() => simulator.close());
    afterEach(() => {
      simulator.gate = undefined;
      simulator.rewrite = undefined;
      simulator.state = '';
    });

    const carries = gateway.carries ?? carriesProof;
    const test = (fields: Record<string, string | undefined> = {}) =>
      tested(connector, wayTo(cases, simulator), { ...right, ...fields });

    for (const [form, refusal] of Object.entries(gateways)) {
      it(`lets a good credential pass (${form})`, async () => {
        // NTLM signs in a connection, so that what follows on it carries nothing.
        const signedIn = new Set<number>();
        simulator.gate = (request, known) => {
          if (carries(request, known)) signedIn.add(request.connection);
          return carries(request, known) || signedIn.has(request.connection) ? undefined : refusal;
        };
        const good = await test();
        expect(good.code, JSON.stringify(good)).to.equal('ok');
        const wrong = await test(gateway.wrong);
        const judged = gateway.refusal === undefined ? ['invalid_credential'] : FOREIGN;
        expect(judged, JSON.stringify(wrong)).to.include(wrong.code);
        table.note(serviceType, form, `passed on: ${good.code}, ${wrong.code}`);
      });

      it(`never judges a credential by what a gateway says (${form})`, async () => {
        simulator.gate = () => refusal;
        for (const fields of [{}, gateway.wrong]) {
          const result = await test(fields);
          const words = serviceType === 'other' && /JSON|text/.test(form) ? OTHERS : FOREIGN;
          expect(words, JSON.stringify(result)).to.include(result.code);
          table.note(serviceType, form, `refused there: ${result.code}`);
        }
      });
    }

    it(`is asked with its certificate (${CERTIFICATE})`, async () => {
      const result = await withCertificate(cases, connector, right);
      table.note(serviceType, CERTIFICATE, result);
    });

    it('proves nothing where it is open', async () => {
      if (typeof gateway.open === 'string') return table.note(serviceType, OPEN, `– ${gateway.open}`);
      simulator.state = gateway.open.state ?? '';
      for (const fields of [{}, gateway.wrong]) {
        const result = await test({ ...fields, ...gateway.open.fields });
        expect(result.code, JSON.stringify(result)).to.equal('no_auth_required');
        table.note(serviceType, OPEN, result.code);
      }
    });

    it('is known where it lacks a right, though the status is 401', async () => {
      if (typeof gateway.noScope === 'string')
        return table.note(serviceType, NO_SCOPE, `– ${gateway.noScope}`);
      simulator.state = gateway.noScope.state;
      if (gateway.behind !== undefined)
        simulator.gate = (request, known) => (carries(request, known) ? undefined : gateways['JSON, 401']);
      simulator.rewrite = (answer) => (answer.status === 403 ? { ...answer, status: 401 } : answer);
      const result = await test(gateway.noScope.fields);
      expect(result.code, JSON.stringify(result)).to.equal('insufficient_permission');
      table.note(serviceType, NO_SCOPE, result.code);
    });

    it('sends no secret to what answers as another product', async () => {
      for (const fault of ['web_page', 'other_json'] as const) {
        simulator.fault = fault;
        const before = simulator.seen.length;
        const result = await test();
        simulator.fault = 'none';
        if (cases.fixedHosts !== undefined) continue;
        expect(result.code).to.equal(cases.otherAnswers ?? 'not_this_service');
        const told = JSON.stringify(simulator.seen.slice(before));
        for (const text of secretsOf(connector, right)) expect(told).to.not.include(text);
      }
    });
  });
}

const FOREIGN = ['not_this_service', 'misconfigured', 'service_error'];
/** Nobody knows the form of its errors: what is no web page may be its own. */
const OTHERS = ['invalid_credential', 'insufficient_permission'];

/** `good, wrong` of a credential with a certificate; one that has none is told that the host wants one. */
async function withCertificate(cases: ServiceCases, connector: Connector, right: Fields): Promise<string> {
  const { mutual, wrong } = cases.gateway;
  if (mutual !== undefined) {
    const { simulator, fields, wrong: foreign } = await mutual();
    const all = { ...right, ...trusting(connector, simulator), ...fields };
    const good = await tested(connector, loopbackOutbound(), all);
    const bad = await tested(connector, loopbackOutbound(), { ...all, ...foreign });
    await simulator.close();
    expect(good.code, JSON.stringify(good)).to.equal('ok');
    expect(bad.code, JSON.stringify(bad)).to.equal('invalid_credential');
    return `passed on: ${good.code}, ${bad.code}`;
  }
  const { prometheusClient } = await import('../simulators/prometheus.js');
  const answer = () => ({ status: 200 });
  const simulator = await startSimulator({ answer, clientCa: prometheusClient.cert, strict: true });
  const { addressField } = cases;
  const address =
    addressField === undefined ? undefined : right[addressField]?.replace(/:\d+/, `:${simulator.port}`);
  const fields = { ...right, ...(addressField !== undefined && { [addressField]: address }) };
  const codes: string[] = [];
  for (const more of [{}, wrong]) {
    const outbound = wayTo(cases, simulator);
    const result = await tested(connector, outbound, {
      ...fields,
      ...trusting(connector, simulator),
      ...more,
    });
    expect(result.code, JSON.stringify(result)).to.equal('misconfigured');
    codes.push(result.code);
  }
  await simulator.close();
  return `shows none: ${codes.join(', ')}`;
}

function wayTo(cases: ServiceCases, simulator: Simulator): Outbound {
  const { fixedHosts } = cases;
  if (fixedHosts === undefined) return loopbackOutbound();
  return redirected(loopbackOutbound(), { hosts: fixedHosts, simulator, trusted: true });
}

function trusting(connector: Connector, simulator: Simulator): Fields {
  const own = allFields(connector.template).some(({ name }) => name === 'tls_mode');
  return own ? { tls_mode: 'custom_ca', ca_cert_pem: simulator.ca } : {};
}

function secretsOf(connector: Connector, fields: Fields): string[] {
  const { values } = mergeFields({ template: connector.template, given: fields, exact: true });
  return Object.values(values.secrets)
    .map((secret) => secret.reveal())
    .filter((text) => text.length >= 8);
}

describe('the table of services and gateways', () => {
  it('has no empty cell', () => {
    const behaviours = [...Object.keys(gateways), CERTIFICATE, OPEN, NO_SCOPE];
    for (const { serviceType } of connectors)
      for (const behaviour of behaviours)
        expect(table.cell(serviceType, behaviour), `${serviceType}: ${behaviour}`).to.not.equal('');
  });

  after(() => table.print());
});
