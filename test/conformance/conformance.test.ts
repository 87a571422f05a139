import { expect } from 'chai';
import { connectorOf, connectors } from '../../src/connectors/registry.js';
import { allFields, mergeFields } from '../../src/domain/credentials/templateFields.js';
import { BrokerError } from '../../src/domain/errors.js';
import type { Connector } from '../../src/domain/services/connector.js';
import { TEST_CODES, type TestCode, type TestResult } from '../../src/domain/testing/testResult.js';
import type { Outbound } from '../../src/ports/testing.js';
import { runTest } from '../../src/usecases/testing/runTest.js';
import type { Simulator } from '../support/services/simulator.js';
import { loopbackOutbound, redirected, systemClock } from '../support/services/testOutbound.js';
import { skipBecause } from '../support/skipBecause.js';
import { allCases } from './allCases.js';
import type { ConformanceCase, Fields } from './serviceCases.js';

/** `service → code → what passed it`. */
const table = new Map<string, Map<TestCode, Set<string>>>();
const noLog = { info: () => undefined, warn: () => undefined, error: () => undefined };

function note(serviceType: string, code: TestCode, against: string): void {
  const row = table.get(serviceType) ?? new Map<TestCode, Set<string>>();
  table.set(serviceType, row);
  row.set(code, new Set([...(row.get(code) ?? []), against]));
}

/** The form's own way from what a person gives to what is stored. */
function valuesOf(connector: Connector, fields: Record<string, string | undefined>) {
  const given = Object.fromEntries(Object.entries(fields).filter(([, text]) => text !== undefined)) as Fields;
  return mergeFields({ template: connector.template, given, exact: true }).values;
}

async function judged(
  connector: Connector,
  outbound: Outbound,
  one: ConformanceCase,
  right: Fields,
): Promise<TestResult> {
  const values = valuesOf(connector, { ...right, ...one.fields });
  const result = await runTest({ clock: systemClock, log: noLog, outbound }, connector, values);
  expect(result.code, JSON.stringify(result)).to.equal(one.code);
  expect(result.advice).to.match(/^.{20,300}\.$/);
  if (result.code === 'ok') expect(result.identity, 'identity').to.be.a('string').with.length.above(0);
  else expect(result.failedStep).to.not.equal(null);
  const told = JSON.stringify(result);
  for (const secret of Object.values(values.secrets)) {
    const text = secret.reveal();
    if (text.length >= 8) expect(told, 'a result that holds a secret').to.not.include(text);
  }
  one.expect?.(result);
  return result;
}

for (const cases of allCases) {
  const connector = connectorOf(cases.serviceType) as Connector;

  describe(`${cases.serviceType} is told apart`, function () {
    this.timeout(60_000);
    let simulator: Simulator;
    let right: Fields;

    before(async () => {
      simulator = await cases.simulator();
      right = { ...tlsFieldsFor(connector, simulator), ...cases.fields(simulator) };
    });
    after(() => simulator.close());
    afterEach(() => {
      simulator.fault = 'none';
      simulator.state = '';
    });

    const choosesTls = allFields(connector.template).some(({ name }) => name === 'tls_mode');

    const wayTo = (trusted = true, outbound = loopbackOutbound()): Outbound =>
      cases.fixedHosts === undefined
        ? outbound
        : redirected(outbound, { hosts: cases.fixedHosts, simulator, trusted });

    const run = async (one: ConformanceCase, outbound = wayTo()) => {
      simulator.state = one.state ?? '';
      await judged(connector, outbound, one, right);
      note(cases.serviceType, one.code, 'simulator');
    };

    it('by the cases of its own', async () => {
      for (const one of cases.cases(simulator)) {
        try {
          await run(one);
        } catch (error) {
          throw new Error(`${one.what}: ${(error as Error).message}`, { cause: error });
        }
      }
    });

    it('when it asks to come later', async () => {
      simulator.fault = 'rate_limited';
      await run({ code: 'rate_limited', what: 'too many requests' });
    });

    it('when it fails by itself', async () => {
      simulator.fault = 'failing';
      await run({ code: 'service_error', what: 'HTTP 503' });
    });

    for (const fault of ['web_page', 'other_json', 'redirect'] as const)
      it(`when something else answers (${fault})`, async () => {
        simulator.fault = fault;
        const sent = simulator.seen.length;
        const code = fault === 'redirect' ? undefined : cases.otherAnswers;
        await run({ code: code ?? 'not_this_service', what: fault });
        expect(simulator.seen.length - sent).to.be.within(1, 3);
      });

    const { open } = cases.gateway;
    if (typeof open !== 'string' && open.state !== undefined)
      it('when it is open to everybody', async () => {
        await run({ code: 'no_auth_required', what: 'open', ...open });
      });

    it('when it breaks the connection', async () => {
      simulator.fault = 'reset';
      await run({ code: 'unreachable', what: 'a reset connection' });
    });

    it('when nobody vouches for its certificate', async () => {
      const fields = { tls_mode: 'system', ca_cert_pem: undefined };
      const sent = simulator.seen.length;
      await run(
        { code: 'tls_error', what: 'an unknown authority', ...(choosesTls ? { fields } : {}) },
        wayTo(false),
      );
      expect(simulator.seen.length, 'requests before the certificate was judged').to.equal(sent);
    });

    if (choosesTls)
      it('with the warning of an unchecked certificate, whatever comes of it', async () => {
        const fields = { tls_mode: 'insecure', ca_cert_pem: undefined };
        const warned = (result: TestResult) =>
          expect(result.warnings.map(({ code }) => code)).to.include('tls_insecure');
        const values = valuesOf(connector, { ...right, ...fields });
        for (const fault of ['none', 'failing', 'rate_limited', 'web_page', 'reset'] as const) {
          simulator.fault = fault;
          warned(await runTest({ clock: systemClock, log: noLog, outbound: wayTo() }, connector, values));
        }
        const strict = loopbackOutbound({ allowCidrs: [] });
        warned(await runTest({ clock: systemClock, log: noLog, outbound: strict }, connector, values));
      });

    it('when the policy forbids the address', async () => {
      const strict = loopbackOutbound({ allowCidrs: [] });
      await run({ code: 'denied_by_policy', what: 'a loopback address' }, wayTo(true, strict));
    });

    const { addressField } = cases;
    if (addressField !== undefined) {
      it('when its address is none', () => {
        const fields = { ...right, [addressField]: 'ftp://host name' };
        expect(() => valuesOf(connector, fields)).to.throw(BrokerError);
        note(cases.serviceType, 'misconfigured', 'the form');
      });

      it('when the name can’t be resolved', async () => {
        const address = right[addressField]?.replace(/127\.0\.0\.1/, 'no-such-host.invalid');
        await run({ code: 'unreachable', what: 'an unknown name', fields: { [addressField]: address } });
      });
    }

    it('with a case or a reason for every code', () => {
      const row = table.get(cases.serviceType);
      const open = TEST_CODES.filter((code) => !row?.has(code) && cases.notApplicable[code] === undefined);
      expect(open).to.deep.equal([]);
      const both = TEST_CODES.filter((code) => row?.has(code) && cases.notApplicable[code] !== undefined);
      expect(both, 'declared as impossible, but shown').to.deep.equal([]);
    });
  });

  const { real } = cases;
  if (real !== undefined)
    describe(`${cases.serviceType} is told apart by ${real.name}`, function () {
      this.timeout(180_000);
      it('by the same codes', async function () {
        const server = await real.start();
        if ('missing' in server) {
          note(cases.serviceType, 'ok', `real: skipped, ${server.missing}`);
          return skipBecause(this, `${real.name}: ${server.missing}`);
        }
        try {
          for (const one of real.cases(server)) {
            await judged(connector, loopbackOutbound(), one, server.fields).catch((error: Error) => {
              throw new Error(`${one.what}: ${error.message}`, { cause: error });
            });
            note(cases.serviceType, one.code, real.name);
          }
        } finally {
          await server.close();
        }
      });
    });
}

function tlsFieldsFor(connector: Connector, simulator: Simulator): Fields {
  const own = allFields(connector.template).some(({ name }) => name === 'tls_mode');
  return own && simulator.url.startsWith('https:')
    ? { tls_mode: 'custom_ca', ca_cert_pem: simulator.ca }
    : {};
}

describe('the table of services and codes', () => {
  it('has no empty row', () => {
    for (const { serviceType } of connectors)
      expect(table.get(serviceType)?.size ?? 0, serviceType).to.be.greaterThan(0);
  });

  after(() => {
    for (const { serviceType } of connectors) {
      const row = table.get(serviceType);
      const reasons = allCases.find((cases) => cases.serviceType === serviceType)?.notApplicable ?? {};
      console.log(`\n  ${serviceType}`);
      for (const code of TEST_CODES) {
        const against = [...(row?.get(code) ?? [])].join(', ');
        console.log(`    ${code.padEnd(24)} ${against === '' ? `– ${reasons[code] ?? ''}` : against}`);
      }
    }
  });
});
