import { expect } from 'chai';
import { connectorOf } from '../../../src/connectors/registry.js';
import type { ServiceType } from '../../../src/domain/credentials/serviceType.js';
import { mergeFields } from '../../../src/domain/credentials/templateFields.js';
import type { Connector } from '../../../src/domain/services/connector.js';
import { isDeniedPort } from '../../../src/domain/testing/deniedPorts.js';
import type { TestResult } from '../../../src/domain/testing/testResult.js';
import { runTest } from '../../../src/usecases/testing/runTest.js';
import { type Simulator, startSimulator } from '../../support/services/simulator.js';
import { loopbackOutbound, systemClock } from '../../support/services/testOutbound.js';

const noLog = { info: () => undefined, warn: () => undefined, error: () => undefined };

function tested(
  type: ServiceType,
  given: Record<string, string>,
  secretFields?: string[],
): Promise<TestResult> {
  const connector = connectorOf(type) as Connector;
  const input = { template: connector.template, given };
  const { values } = mergeFields(secretFields === undefined ? input : { ...input, secretFields });
  return runTest({ clock: systemClock, log: noLog, outbound: loopbackOutbound() }, connector, values);
}

const other = (url: string) =>
  tested('other', { key: 'key-of-tests', test_url: url, test_headers: 'X-Key: {key}' }, ['key']);

describe('a test speaks only', () => {
  it('to ports where such a service may live', async () => {
    const ports = [
      22, 25, 53, 111, 135, 139, 445, 2375, 3306, 3389, 5432, 6379, 8200, 9092, 9042, 2181, 9200, 9300,
      10_250, 10_255, 4222, 5671, 5672, 26_379, 11_211, 27_017, 2379, 2380, 8500, 1883, 4369, 5005, 61_616,
      7000, 50_000,
    ];
    for (const port of ports) {
      const result = await other(`https://127.0.0.1:${port}/`);
      expect([port, result.code, result.failedStep]).to.deep.equal([port, 'denied_by_policy', 'address']);
      expect(result.contacted, 'the audit trail tells').to.deep.equal([`127.0.0.1:${port} → not asked`]);
      expect(result.advice).to.include('correct the port');
    }
    const grafana = await tested('grafana', { base_url: 'http://127.0.0.1:6379', token: 'glsa_x' });
    expect(grafana.code).to.equal('denied_by_policy');
    for (const url of ['https://127.0.0.1:1/', 'https://127.0.0.1/'])
      expect((await other(url)).code, url).to.equal('unreachable');
  });

  it('never to FastCGI, but where programs of people live on its port', async () => {
    const at = { base_url: 'http://127.0.0.1:9000', token: 'glsa_x' };
    expect((await tested('grafana', at)).code).to.equal('denied_by_policy');
    expect((await other('http://127.0.0.1:9000/')).code).to.equal('unreachable');
  });

  it('to the usual ports of each service', () => {
    const usual = [
      80, 443, 2376, 3000, 5000, 5985, 5986, 6443, 8006, 8080, 8443, 9090, 9093, 9100, 9443, 11_434, 16_443,
    ];
    for (const port of usual)
      expect(isDeniedPort(new URL(`https://lab.example:${port}/`)), String(port)).to.equal(false);
  });

  it('to the open port of Docker when it is Docker', async () => {
    const client = { client_cert_pem: 'c', client_key_pem: 'k' };
    const result = await tested('docker_swarm', { host: '127.0.0.1', port: '2375', ...client });
    expect(result.code).to.not.equal('denied_by_policy');
  });

  it('by the schemes of the service', async () => {
    const { schemes } = connectorOf('hyperv') as Connector;
    expect(schemes).to.deep.equal(['https']);
    const plain: Connector = {
      ...(connectorOf('grafana') as Connector),
      schemes: ['https'],
    };
    const { values } = mergeFields({
      template: plain.template,
      given: { base_url: 'http://127.0.0.1:1', token: 'glsa_x' },
    });
    const ports = { clock: systemClock, log: noLog, outbound: loopbackOutbound() };
    const { code, advice } = await runTest(ports, plain, values);
    expect(code).to.equal('denied_by_policy');
    expect(advice).to.include('https://');
  });

  describe('plain HTTP to a port with TLS', () => {
    let host: Simulator;
    let body = '';
    before(async () => {
      host = await startSimulator({ answer: () => ({ status: 400, body }), plain: true });
    });
    after(() => host.close());

    for (const words of [
      'Client sent an HTTP request to an HTTPS server.\n',
      '<html><title>400 The plain HTTP request was sent to HTTPS port</title></html>',
      "Reason: You're speaking plain HTTP to an SSL-enabled server port.",
    ])
      it(`is told by what the server says: ${words.slice(0, 40)}`, async () => {
        body = words;
        const result = await tested('grafana', { base_url: host.url, token: 'glsa_x' });
        expect([result.code, result.failedStep]).to.deep.equal(['tls_error', 'tls']);
        expect(result.advice).to.include('https://');
      });
  });
});
