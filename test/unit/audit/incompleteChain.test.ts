import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { expect } from 'chai';
import { OutboundFailure } from '../../../src/domain/testing/outbound.js';
import { outboundFinding } from '../../../src/domain/testing/outboundFinding.js';
import { makeSelfSigned } from '../../support/services/selfSigned.js';
import { loopbackOutbound } from '../../support/services/testOutbound.js';

const root = makeSelfSigned({ name: 'Lab Root R1' });
const inter = makeSelfSigned({ name: 'Lab Issuing I1', issuer: { ...root, name: 'Lab Root R1' } });
const leaf = makeSelfSigned({ name: 'deep', issuer: { ...inter, name: 'Lab Issuing I1' } });
const other = makeSelfSigned({ name: 'Other Root' });

describe('a host that sends its own certificate only', () => {
  let url: URL;
  const server = createServer({ cert: leaf.cert, key: leaf.key }, (_, response) => response.end('{}'));
  before(async () => {
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    url = new URL(`https://127.0.0.1:${(server.address() as AddressInfo).port}/`);
  });
  after(() => new Promise((resolve) => server.close(resolve)));

  const outcome = async (caPem: string): Promise<string> => {
    const session = loopbackOutbound().open(5_000, 1_000);
    try {
      return String((await session.send({ method: 'GET', url, tls: { mode: 'custom_ca', caPem } })).status);
    } catch (error) {
      if (!(error instanceof OutboundFailure)) throw error;
      const { code, advice } = outboundFinding(error);
      expect(code).to.equal('tls_error');
      return advice;
    } finally {
      await session.close();
    }
  };

  it('is told from a host of another authority as far as that can be known', async () => {
    expect(await outcome(root.cert)).to.include('does not send its intermediate certificate');
    expect(await outcome(other.cert)).to.include('or ca_cert_pem is from another authority');
    expect(await outcome(inter.cert)).to.include('add the root certificate');
  });

  it('is trusted with root and intermediate in either order', async () => {
    expect(await outcome(root.cert + inter.cert)).to.equal('200');
    expect(await outcome(inter.cert + root.cert)).to.equal('200');
  });
});
