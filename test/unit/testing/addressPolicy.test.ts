import { expect } from 'chai';
import fc from 'fast-check';
import { addressPolicy, forbiddenName } from '../../../src/adapters/outbound/addressPolicy.js';
import { ownEndpoints } from '../../../src/adapters/outbound/ownEndpoints.js';
import { systemClock } from '../../support/services/testOutbound.js';

const LABS = ['10.0.0.0/8', '172.16.0.0/12', '192.168.0.0/16', 'fc00::/7'];
const labs = addressPolicy({ allowCidrs: LABS, forbidden: [] });
const open = addressPolicy({ allowCidrs: ['0.0.0.0/0', '::/0'], forbidden: [] });

/** Addresses that hold another one: each way in which an IPv4 address travels inside an IPv6 one. */
const wrappings = (v4: string): string[] => {
  const [a = 0, b = 0, c = 0, d = 0] = v4.split('.').map(Number);
  const words = `${((a << 8) | b).toString(16)}:${((c << 8) | d).toString(16)}`;
  return [
    `::ffff:${v4}`,
    `::ffff:${words}`,
    `0:0:0:0:0:ffff:${words}`,
    `::ffff:0:${words}`,
    `::${v4}`,
    `64:ff9b::${v4}`,
    `64:ff9b::${words}`,
    `64:ff9b:1::${words}`,
    `2002:${words}::1`,
  ];
};

describe('the way out never leads', () => {
  const never = [
    ['169.254.169.254', 'metadata of AWS, Azure, Google Cloud'],
    ['169.254.170.2', 'metadata of ECS'],
    ['100.100.100.200', 'metadata of Alibaba'],
    ['192.0.0.192', 'metadata of Oracle'],
    ['168.63.129.16', 'Azure’s host'],
    ['169.254.170.23', 'pod identity of EKS'],
    ['169.254.0.23', 'metadata of Tencent'],
    ['169.254.42.42', 'metadata of Scaleway'],
    ['169.254.0.1', 'link-local'],
    ['0.0.0.0', 'this host'],
    ['0.1.2.3', 'this network'],
    ['224.0.0.1', 'multicast'],
    ['255.255.255.255', 'broadcast'],
  ] as const;
  for (const [address, what] of never)
    it(`to ${address} (${what}), in whatever spelling, even when everything is allowed`, () => {
      for (const one of [address, ...wrappings(address)]) expect(open.allows(one, 443), one).to.equal(false);
    });

  const clouds = [
    'fd00:ec2::254',
    'fd00:ec2::23',
    'fd00:ec2::250',
    'fd20:ce::254',
    'fd00:c1::a9fe:a9fe',
    'fd00:42::42',
  ];
  for (const address of [...clouds, 'fe80::a9fe:a9fe', 'fe80::1', 'fe80::1%eth0', 'ff02::1', '::', 'fec0::1'])
    it(`to ${address}, even when everything is allowed`, () => {
      expect(open.allows(address, 443)).to.equal(false);
    });

  it('to a name of a metadata service, before it is looked up', () => {
    const names = [
      'metadata.google.internal',
      'Metadata.Google.Internal.',
      'metadata',
      'metadata.azure.internal.',
    ];
    for (const name of [...names, 'INSTANCE-DATA.ec2.internal', 'metadata.tencentyun.com'])
      expect(forbiddenName(name), name).to.equal(true);
    expect(forbiddenName('metadata.example.org')).to.equal(false);
  });

  it('to loopback or a range that is not listed', () => {
    const closed = [
      '127.0.0.1',
      '127.255.0.9',
      '::1',
      '100.64.0.1',
      '198.18.0.1',
      '192.0.2.1',
      '240.0.0.1',
      '2001:db8::1',
    ];
    for (const address of closed) {
      expect(labs.allows(address, 443), address).to.equal(false);
      expect(open.allows(address, 443), `${address} once it is listed`).to.equal(true);
    }
    for (const one of wrappings('127.0.0.1')) expect(labs.allows(one, 443), one).to.equal(false);
  });

  it('to a private address when the list is empty', () => {
    const none = addressPolicy({ allowCidrs: [], forbidden: [] });
    for (const address of ['10.1.2.3', '172.20.0.1', '192.168.1.1', 'fd12::1', '::ffff:10.1.2.3']) {
      expect(none.allows(address, 443), address).to.equal(false);
      expect(labs.allows(address, 443), address).to.equal(true);
    }
  });

  it('to the broker’s own addresses and ports, though the range is listed', () => {
    const own = [
      { address: '10.0.0.5', port: 8200 },
      { address: '::1', port: 8400 },
    ];
    const policy = addressPolicy({ allowCidrs: ['0.0.0.0/0', '::/0'], forbidden: own });
    expect(policy.allows('10.0.0.5', 8200)).to.equal(false);
    expect(policy.allows('::ffff:10.0.0.5', 8200)).to.equal(false);
    expect(policy.allows('0:0:0:0:0:0:0:1', 8400)).to.equal(false);
    expect(policy.allows('10.0.0.5', 8006)).to.equal(true);
  });

  it('to what is no address', () => {
    for (const text of ['', 'localhost', '1.2.3', '127.1', '0x7f.0.0.1', '1.2.3.4.5', ':::', '[::1]'])
      expect(open.allows(text, 443), text).to.equal(false);
  });

  it('elsewhere through an IPv6 spelling than through the IPv4 address in it', () => {
    const byte = fc.integer({ min: 0, max: 255 });
    fc.assert(
      fc.property(byte, byte, byte, byte, (...bytes) => {
        const plain = bytes.join('.');
        if (!labs.allows(plain, 443))
          for (const one of wrappings(plain)) expect(labs.allows(one, 443), one).to.equal(false);
      }),
    );
  });

  it('nowhere at all: public addresses are open', () => {
    for (const address of [
      '1.1.1.1',
      '93.184.216.34',
      '2606:4700::1111',
      '::ffff:1.1.1.1',
      '64:ff9b::1.1.1.1',
    ])
      expect(labs.allows(address, 443), address).to.equal(true);
  });

  for (const host of ['0.0.0.0', '127.0.0.1', '127.0.0.2', '[::]', '[::1]'])
    it(`takes all of loopback for the broker's own where it listens on ${host}`, async () => {
      const forbidden = await ownEndpoints([`http://${host}:8400`], { clock: systemClock })();
      const policy = addressPolicy({ allowCidrs: ['0.0.0.0/0', '::/0'], forbidden });
      for (const address of [
        '127.0.0.1',
        '127.0.0.2',
        '127.255.255.254',
        '::1',
        '::ffff:127.3.4.5',
        '2002:7f00:1::',
      ])
        expect([policy.allows(address, 8400), policy.allows(address, 8401)], address).to.deep.equal([
          false,
          true,
        ]);
    });
});
