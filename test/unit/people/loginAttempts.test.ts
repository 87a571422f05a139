import { expect } from 'chai';
import type { BrokerError } from '../../../src/domain/errors.js';
import { KeyedTally } from '../../../src/domain/limits/keyedTally.js';
import { LoginAttempts } from '../../../src/domain/limits/loginAttempts.js';
import { networkOf } from '../../../src/domain/limits/network.js';
import { patiently } from '../../support/patience.js';

const START = Date.now();
/** In tests. */
const SPACING = 40;
const HERE = '10.0.0.1';
const limits = { perAccountAndAddress: 5, perAccount: 20, perAddress: 60 };
const addresses = (many: number) => Array.from({ length: many }, (_, n) => `203.0.113.${n + 1}`);

/** `ok` where a password was checked, else the code of the refusal. */
async function attempt(
  all: LoginAttempts,
  { name = 'anna', ip = HERE, right = false, ms = 0 } = {},
): Promise<string> {
  try {
    const turn = await all.password(name, ip);
    await new Promise((resolve) => setTimeout(resolve, ms));
    turn.ended(right);
    turn.leave();
    return 'checked';
  } catch (error) {
    expect((error as BrokerError).retryAfterSeconds).to.be.at.least(1);
    return (error as BrokerError).code;
  }
}
async function fail(
  all: LoginAttempts,
  times: number,
  more: Parameters<typeof attempt>[1] = {},
): Promise<string[]> {
  const results: string[] = [];
  for (let n = 0; n < times; n += 1) results.push(await attempt(all, more));
  return results;
}

describe('attempts at passwords', () => {
  it('are free four times, then each doubles the wait, up to a quarter of an hour', async () => {
    let at = START;
    const all = new LoginAttempts(limits, () => at);
    const next = async () =>
      all.password('anna', HERE).then(
        (turn) => {
          turn.ended(false);
          turn.leave();
          return 0;
        },
        (error: BrokerError) => error.retryAfterSeconds ?? 0,
      );
    for (let n = 0; n < 5; n += 1) expect(await next()).to.equal(0);
    const waits: number[] = [];
    for (let n = 0; n < 13; n += 1) {
      const seconds = await next();
      waits.push(seconds);
      at += seconds * 1000;
      expect(await next()).to.equal(0);
    }
    expect(waits.slice(0, 8)).to.deep.equal([1, 2, 4, 8, 16, 32, 64, 128]);
    expect(Math.max(...waits)).to.be.within(400, 900);
  });

  it('are forgotten after a right password, and with time', async () => {
    let at = START;
    const all = new LoginAttempts(limits, () => at);
    await fail(all, 4);
    await attempt(all, { right: true });
    expect(await fail(all, 5)).to.deep.equal(Array(5).fill('checked'));
    at += 61 * 60_000;
    expect(await attempt(all)).to.equal('checked');
  });

  it('count when they fail, not when they succeed: two hundred at once, from one address, of one name', async () => {
    const all = new LoginAttempts(limits, Date.now, SPACING);
    for (let n = 0; n < 10; n += 1) {
      const at = Array.from({ length: 20 }, () => attempt(all, { right: true, ms: 1 }));
      expect(await Promise.all(at)).to.deep.equal(Array(20).fill('checked'));
    }
  });

  it('sent at once do not all pass before the first has failed', async () => {
    const all = new LoginAttempts(limits, Date.now, SPACING);
    const results = await Promise.all(Array.from({ length: 60 }, () => attempt(all, { ms: 2 })));
    expect(results.filter((result) => result === 'checked')).to.have.length(5);
  });

  it('from elsewhere do not shut out the owner, neither at a known nor at a new address', async () => {
    const all = new LoginAttempts(limits, Date.now, SPACING);
    await attempt(all, { right: true });
    const flood = addresses(60).map((ip) => fail(all, 3, { ip, ms: 2 }));
    await new Promise((resolve) => setTimeout(resolve, 50));
    const began = Date.now();
    expect(await attempt(all, { right: true })).to.equal('checked');
    expect(Date.now() - began).to.be.below(patiently(500));
    await Promise.all(flood);
    expect(await attempt(all, { right: true, ip: '198.51.100.9' })).to.equal('checked');
  }).timeout(20_000);

  for (const [kind, froms] of [
    ['30 addresses', addresses(30)],
    ['30 networks of IPv6', Array.from({ length: 30 }, (_, n) => `2001:db8:${n}::1`)],
    ['one /64', Array.from({ length: 120 }, (_, n) => `2001:db8::${n + 1}`)],
    ['one /56', Array.from({ length: 120 }, (_, n) => `2001:db8:0:${n + 1}::1`)],
    ['IPv4 written as IPv6', Array.from({ length: 120 }, () => '::ffff:203.0.113.9')],
  ] as const)
    it(`are slowed down by account: 120 guesses from ${kind}`, async () => {
      const all = new LoginAttempts(limits, Date.now, SPACING);
      const began = Date.now();
      const guesses = Array.from({ length: 120 }, (_, n) =>
        attempt(all, { ip: froms[n % froms.length] ?? HERE, ms: 1 }),
      );
      const checked = (await Promise.all(guesses)).filter((result) => result === 'checked').length;
      expect(checked).to.be.at.most(20 + Math.ceil((Date.now() - began) / SPACING) + 1);
    }).timeout(30_000);

  it('at many names from one address are slowed down, and those who logged in there before are not', async () => {
    const all = new LoginAttempts(limits, Date.now, SPACING);
    await attempt(all, { name: 'known', right: true });
    const spray = Array.from({ length: 200 }, (_, n) => attempt(all, { name: `name-${n}`, ms: 1 }));
    expect(await attempt(all, { name: 'known', right: true })).to.equal('checked');
    const checked = (await Promise.all(spray)).filter((result) => result === 'checked').length;
    expect(checked).to.be.within(60, 120);
  }).timeout(20_000);

  it('are never bounded by account or address where an operator says 0', async () => {
    const all = new LoginAttempts({ perAccountAndAddress: 5, perAccount: 0, perAddress: 0 }, Date.now);
    const flood = await Promise.all(addresses(100).map((ip) => attempt(all, { ip })));
    expect(new Set(flood)).to.deep.equal(new Set(['checked']));
  });

  it('are counted for what failed most while others are flooded with names', () => {
    const tally = new KeyedTally(60_000, 100, 50);
    for (let n = 0; n < 12; n += 1) tally.add('victim', START);
    for (let n = 0; n < 500; n += 1) for (let m = 0; m < 2; m += 1) tally.add(`name-${n}`, START);
    expect(tally.of('victim', START).level).to.equal(12);
  });
});

describe('secrets that nobody can guess', () => {
  it('are always checked: the right one passes while wrong ones flood it', async () => {
    const all = new LoginAttempts(limits, Date.now, SPACING);
    const answers = Array.from({ length: 200 }, async () => {
      const leave = await all.secret('sa', HERE);
      leave();
      return all.wrongSecret('sa', HERE)?.code ?? 'unauthenticated';
    });
    const right = all.secret('sa', HERE).then((leave) => leave());
    const codes = await Promise.all(answers);
    await right;
    expect(codes.slice(0, 5)).to.deep.equal(Array(5).fill('unauthenticated'));
    expect(new Set(codes.slice(5))).to.deep.equal(new Set(['rate_limited']));
  });

  it('say nothing of which ids there are: all ids wait alike', () => {
    const all = new LoginAttempts(limits, Date.now, SPACING);
    const codes = Array.from({ length: 100 }, (_, n) => all.wrongSecret(`id-${n}`, HERE)?.code);
    expect(codes.slice(0, 60)).to.deep.equal(Array(60).fill(undefined));
    expect(new Set(codes.slice(60))).to.deep.equal(new Set(['rate_limited']));
  });
});

describe('the network of an address', () => {
  for (const [address, network] of [
    ['203.0.113.9', '203.0.113.9'],
    ['::ffff:203.0.113.9', '203.0.113.9'],
    ['::ffff:cb00:7109', '203.0.113.9'],
    ['2001:db8:1:2ff::1', '2001:db8:1:200::/56'],
    ['2001:0DB8:0001:02ff:ffff:ffff:ffff:ffff', '2001:db8:1:200::/56'],
    ['2001:db8:1:300::1', '2001:db8:1:300::/56'],
    ['fe80::1%eth0', 'fe80:0:0:0::/56'],
    ['::1', '0:0:0:0::/56'],
    ['64:ff9b::192.0.2.1', '64:ff9b:0:0::/56'],
    ['not an address', 'not an address'],
    ['', ''],
  ] as const)
    it(`of ${address} is ${network}`, () => expect(networkOf(address)).to.equal(network));
});
