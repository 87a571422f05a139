import { expect } from 'chai';
import type { Browser } from 'playwright-core';
import { connectorOf } from '../../../src/connectors/registry.js';
import { SERVICE_GROUPS } from '../../../src/domain/credentials/serviceGroups.js';
import { allFields } from '../../../src/domain/credentials/templateFields.js';
import type { Connector } from '../../../src/domain/services/connector.js';
import { allCases } from '../../conformance/allCases.js';
import type { Fields, ServiceCases } from '../../conformance/serviceCases.js';
import { type BrokerSystem, passwordOf, startBrokerSystem } from '../../support/broker/brokerSystem.js';
import type { Simulator } from '../../support/services/simulator.js';
import { loopbackOutbound, redirected } from '../../support/services/testOutbound.js';
import { startChromium } from '../../support/web/chromium.js';
import { fillForm } from '../../support/web/credentialForm.js';
import { type Visitor, visit } from '../../support/web/visitor.js';

describe('each service on the page', function () {
  this.timeout(60_000);
  let broker: BrokerSystem;
  let browser: Browser;
  let anna: Visitor;

  before(async function () {
    browser = await startChromium(this);
    broker = await startBrokerSystem({ testOnSave: 'skip' });
    await broker.person('anna', 'engineer');
    anna = await visit(browser, broker.url);
    anna.page.on('dialog', (dialog) => void dialog.accept());
    await anna.signIn('anna', passwordOf('anna'));
  });
  after(async () => {
    await browser?.close();
    await broker?.stop();
  });

  /** What a person types: the right credential, and the authority of the simulator where the form asks for it. */
  function rightFields(cases: ServiceCases, connector: Connector, simulator: Simulator): Fields {
    const choosesTls = allFields(connector.template).some(({ name }) => name === 'tls_mode');
    const tls = { tls_mode: 'custom_ca', ca_cert_pem: simulator.ca };
    const isTls = choosesTls && simulator.url.startsWith('https:');
    return { ...cases.fields(simulator), ...(isTls && tls) };
  }

  const groupOf = (cases: ServiceCases): string =>
    SERVICE_GROUPS.find(({ types }) => (types as readonly string[]).includes(cases.serviceType))?.title ?? '';

  for (const cases of allCases)
    it(`${cases.serviceType}: a wrong secret is refused, the right one passes and is saved`, async () => {
      const { page } = anna;
      const connector = connectorOf(cases.serviceType) as Connector;
      const simulator = await cases.simulator();
      const { outbound } = broker.system.ports;
      if (cases.fixedHosts !== undefined)
        broker.system.ports.outbound = redirected(loopbackOutbound(), {
          hosts: cases.fixedHosts,
          simulator,
          trusted: true,
        });
      try {
        const right = rightFields(cases, connector, simulator);
        const { wrong } = cases.gateway;
        const name = `Web ${cases.serviceType}`;
        await anna.open(`/credentials/new?service=${cases.serviceType}`);
        await page.getByRole('textbox', { name: 'Name', exact: true }).first().fill(name);
        await fillForm(page, connector, { ...right, ...wrong });
        await page.getByRole('button', { name: 'Test connection' }).click();
        await page.getByText(/^Test failed: /).waitFor();
        expect(await anna.axe()).to.deep.equal([]);
        const corrected = Object.fromEntries(Object.keys(wrong).map((field) => [field, right[field] ?? '']));
        await fillForm(page, connector, corrected);
        await page.getByRole('button', { name: 'Test again' }).click();
        await page.getByText(/^Test passed in /).waitFor();
        await page.getByRole('button', { name: /^(Test, then save|Save)$/ }).click();
        await page.getByRole('heading', { level: 1, name }).waitFor();
        await anna.open('/credentials');
        await page.getByRole('row', { name: new RegExp(name) }).waitFor();
        await page.getByText(new RegExp(`^${groupOf(cases)} · \\d+`)).waitFor();
      } finally {
        broker.system.ports.outbound = outbound;
        await simulator.close();
      }
    });

  it('leaves nothing behind: no secret, no fault, no foreign request', async () => {
    const all = await anna.traces();
    expect(all).to.not.match(/Correct-Horse|PRIVATE KEY/);
    expect(anna.faults).to.deep.equal([]);
  });
});
