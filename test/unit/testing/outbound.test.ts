import { type AddressInfo, createServer, type Socket } from 'node:net';
import { expect } from 'chai';
import { createOutbound } from '../../../src/adapters/outbound/outbound.js';
import {
  OutboundFailure,
  type OutboundRequest,
  type TlsChoice,
} from '../../../src/domain/testing/outbound.js';
import type { Outbound } from '../../../src/ports/testing.js';
import { eventually } from '../../support/eventually.js';
import { patiently } from '../../support/patience.js';
import { type Fault, type Simulator, startSimulator } from '../../support/services/simulator.js';
import { loopbackOutbound, systemClock } from '../../support/services/testOutbound.js';

const DEADLINE_MS = 300;

/** What a single request ends with: a status, or why there is no answer. */
async function outcome(
  outbound: Outbound,
  request: Partial<OutboundRequest> & { url: URL },
  deadlineMs = DEADLINE_MS,
): Promise<unknown> {
  const session = outbound.open(deadlineMs, 1_000);
  try {
    return (await session.send({ method: 'GET', ...request })).status;
  } catch (error) {
    if (error instanceof OutboundFailure) return error.reason;
    throw error;
  } finally {
    await session.close();
  }
}

describe('the way out', () => {
  let host: Simulator;
  let trusted: TlsChoice;
  const outbound = loopbackOutbound({ perHost: 1 });
  const at = (path = '/') => new URL(path, host.url);

  before(async () => {
    host = await startSimulator({ answer: () => ({ status: 200, body: { fine: true } }) });
    trusted = { mode: 'custom_ca', caPem: host.ca };
  });
  after(() => host.close());
  beforeEach(() => {
    host.fault = 'none';
    host.seen.length = 0;
  });

  const faults: readonly (readonly [Fault, unknown])[] = [
    ['hang', 'timed_out'],
    ['drip', 'timed_out'],
    ['flood', 'too_large'],
    ['reset', 'reset'],
    ['redirect', 302],
  ];
  for (const [fault, expected] of faults)
    it(`ends with ${String(expected)} where a host answers by ${fault}, and is free for the next one`, async () => {
      host.fault = fault;
      expect(await outcome(outbound, { url: at(), tls: trusted })).to.equal(expected);
      host.fault = 'none';
      expect(await outcome(outbound, { url: at(), tls: trusted }, patiently(5_000))).to.equal(200);
    });

  it('holds no more of an answer than its cap, however much is sent', async () => {
    host.fault = 'flood';
    const before = process.memoryUsage().rss;
    for (let n = 0; n < 20; n++) await outcome(outbound, { url: at(), tls: trusted });
    expect(process.memoryUsage().rss - before).to.be.lessThan(100 * 1_048_576);
    expect(host.seen.length).to.equal(20);
  });

  describe('200 tests at once of a host', () => {
    const AT_ONCE = 200;
    const PER_HOST = 4;
    const ends: Record<string, readonly string[]> = {
      hang: ['timed_out'],
      drip: ['timed_out'],
      flood: ['too_large'],
      reset: ['reset'],
      noise: ['garbage', 'reset', 'too_large'],
    };

    /** All of them to their ends: why each ended, and how much more memory the process held at most. */
    async function crowd(url: URL, deadlineMs: number): Promise<{ reasons: unknown[]; grownBytes: number }> {
      const few = loopbackOutbound({ perHost: PER_HOST });
      const before = process.memoryUsage().rss;
      let most = before;
      const one = async () => {
        const session = few.open(deadlineMs, 60_000);
        const reason = await session
          .send({ method: 'GET', url, tls: trusted })
          .then(({ status }) => status)
          .catch((error: OutboundFailure) => error.reason);
        await session.close();
        most = Math.max(most, process.memoryUsage().rss);
        return reason;
      };
      const reasons = await Promise.all(Array.from({ length: AT_ONCE }, one));
      host.fault = 'none';
      const after = await outcome(few, { url: at(), tls: trusted }, patiently(5_000));
      expect(after, 'the turns are free again').to.equal(200);
      return { reasons, grownBytes: most - before };
    }

    for (const fault of ['hang', 'drip', 'flood', 'reset'] as const)
      it(`that answers by ${fault}: never more than its share in flight, memory flat, every turn given back`, async () => {
        host.fault = fault;
        host.mostAtOnce = 0;
        const { reasons, grownBytes } = await crowd(at(), fault === 'hang' || fault === 'drip' ? 40 : 10_000);
        expect(new Set(reasons)).to.have.keys(ends[fault] ?? []);
        expect(host.mostAtOnce).to.be.within(1, PER_HOST);
        await eventually('all connections closed', async () => host.openConnections() === 0 || undefined);
        expect(grownBytes).to.be.lessThan(150 * 1_048_576);
      });

    it('that sends a gigabyte of noise: the same', async () => {
      const noise = await pouring();
      const { reasons, grownBytes } = await crowd(noise.url, 10_000);
      for (const reason of new Set(reasons)) expect(reason).to.be.oneOf([...(ends['noise'] ?? [])]);
      expect(noise.mostAtOnce()).to.be.within(1, PER_HOST);
      expect(grownBytes).to.be.lessThan(150 * 1_048_576);
      await noise.close();
    });
  });

  it('sends nothing before the certificate is judged', async () => {
    const secret = { authorization: 'Bearer canary' };
    const wrong: readonly (readonly [TlsChoice, string])[] = [
      [{ mode: 'system' }, 'untrusted_certificate'],
      [{ mode: 'fingerprint', fingerprintSha256: 'ab'.repeat(32) }, 'fingerprint_mismatch'],
      [{ ...trusted, serverName: 'other.example' }, 'certificate_name'],
      [{ mode: 'custom_ca', caPem: 'not a certificate' }, 'untrusted_certificate'],
      [{ ...trusted, clientCertPem: 'x' }, 'bad_tls_settings'],
    ];
    for (const [tls, reason] of wrong)
      expect(await outcome(outbound, { url: at(), tls, headers: secret })).to.equal(reason);
    expect(host.seen).to.deep.equal([]);
  });

  it('shows the certificate that it does not trust, and trusts it once it is pinned', async () => {
    const session = outbound.open(DEADLINE_MS, 1_000);
    const failed = await session.send({ method: 'GET', url: at() }).catch((error: unknown) => error);
    await session.close();
    const { certificate } = failed as OutboundFailure;
    expect(certificate?.subject).to.equal('broker test');
    const pin = { mode: 'fingerprint', fingerprintSha256: certificate?.fingerprintSha256 ?? '' } as const;
    expect(await outcome(outbound, { url: at(), tls: pin })).to.equal(200);
    const bare = { ...pin, fingerprintSha256: pin.fingerprintSha256.replaceAll(':', '').toLowerCase() };
    expect(await outcome(outbound, { url: at(), tls: bare })).to.equal(200);
    expect(await outcome(outbound, { url: at(), tls: { mode: 'insecure' } })).to.equal(200);
  });

  it('shows the chain of a host without a request to it, and only where it may connect', async () => {
    const session = outbound.open(DEADLINE_MS, 1_000);
    const chain = await session.certificates(at());
    await session.close();
    expect(chain.map(({ subject, issuer }) => [subject, issuer])).to.deep.equal([
      ['broker test', 'broker test'],
    ]);
    expect(chain[0]?.fingerprintSha256).to.match(/^([0-9A-F]{2}:){31}[0-9A-F]{2}$/);
    expect(session.contacted).to.deep.equal([`127.0.0.1:${host.port} → 127.0.0.1`]);
    expect(host.seen, 'requests').to.deep.equal([]);
    const strict = createOutbound({ clock: systemClock, allowCidrs: [], forbidden: async () => [] }).open(
      DEADLINE_MS,
      1_000,
    );
    const refused = await strict.certificates(at()).catch((error: OutboundFailure) => error.reason);
    expect(refused).to.equal('denied_by_policy');
    await strict.close();
    host.fault = 'none';
    expect(await outcome(outbound, { url: at(), tls: trusted }), 'its turn is free again').to.equal(200);
  });

  const endings: Record<string, (socket: Socket) => void> = {
    'ends at once': (socket) => socket.end(),
    'cuts off at once': (socket) => socket.destroy(),
    'resets at once': (socket) => socket.resetAndDestroy(),
    'ends after a greeting': (socket) => socket.end('220 ready\r\n'),
  };
  for (const [what, act] of Object.entries(endings))
    it(`never calls a host that ${what} one that the policy denies`, async () => {
      const server = createServer((socket) => act(socket.on('error', () => undefined).resume()));
      await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
      const { port } = server.address() as AddressInfo;
      for (let round = 0; round < 10; round += 1) {
        const session = loopbackOutbound().open(DEADLINE_MS, 1_000);
        const told = await session
          .certificates(new URL(`https://127.0.0.1:${port}`))
          .catch((error: OutboundFailure) => error.reason);
        await session.close();
        expect(told).to.be.oneOf(['reset', 'no_tls', 'tls_handshake']);
        for (const scheme of ['http', 'https'])
          expect(
            await outcome(loopbackOutbound(), { url: new URL(`${scheme}://127.0.0.1:${port}/`) }),
          ).to.be.oneOf(['reset', 'no_tls', 'garbage', 'tls_handshake']);
      }
      server.close();
    });

  it('refuses a name of which one address is forbidden', async () => {
    const mixed = loopbackOutbound({ resolve: async () => ['127.0.0.1', '169.254.169.254'] });
    const url = new URL(`https://mixed.example:${host.port}/`);
    expect(await outcome(mixed, { url, tls: trusted })).to.equal('denied_by_policy');
    expect(host.seen).to.deep.equal([]);
  });

  it('asks for a name once, so that a second answer changes nothing', async () => {
    const answers = [['127.0.0.1'], ['169.254.169.254']];
    const changing = loopbackOutbound({ resolve: async () => answers.shift() ?? [] });
    const session = changing.open(DEADLINE_MS, 1_000);
    const request = {
      method: 'GET',
      url: new URL(`https://localhost:${host.port}/`),
      tls: trusted,
    } as const;
    expect((await session.send(request)).status).to.equal(200);
    expect((await session.send(request)).status).to.equal(200);
    await session.close();
    expect(answers).to.deep.equal([['169.254.169.254']]);
    expect(session.contacted).to.deep.equal([`localhost:${host.port} → 127.0.0.1`]);
  });

  it('waits for a further turn no longer than its deadline, so that two tests never hold each other up', async () => {
    const other = await startSimulator({ answer: () => ({ status: 200, body: {} }), address: '127.0.0.2' });
    const where: Record<string, string[]> = { 'one.example': ['127.0.0.1'], 'two.example': ['127.0.0.2'] };
    const ports: Record<string, number> = { 'one.example': host.port, 'two.example': other.port };
    const crossed = loopbackOutbound({ perHost: 1, resolve: async (name) => where[name] ?? [] });
    const ask = (name: string) =>
      ({
        method: 'GET',
        url: new URL(`https://${name}:${ports[name]}/`),
        tls: { mode: 'insecure' },
      }) as const;
    const [first, second] = [crossed.open(DEADLINE_MS, 60_000), crossed.open(DEADLINE_MS, 60_000)];
    expect((await first.send(ask('one.example'))).status).to.equal(200);
    expect((await second.send(ask('two.example'))).status).to.equal(200);
    const ends = await Promise.all([
      first.send(ask('two.example')).catch((error: OutboundFailure) => error.reason),
      second.send(ask('one.example')).catch((error: OutboundFailure) => error.reason),
    ]);
    expect(ends).to.deep.equal(['busy', 'busy']);
    await Promise.all([first.close(), second.close()]);
    for (const name of ['one.example', 'two.example'])
      expect(await outcome(crossed, ask(name)), 'the turns are free again').to.equal(200);
    await other.close();
  });

  it('takes one turn at a name whose addresses rotate, also for a second connection', async () => {
    const answers = [
      ['127.0.0.1', '127.0.0.2'],
      ['127.0.0.2', '127.0.0.1'],
    ];
    const rotating = loopbackOutbound({ perHost: 1, resolve: async () => answers.shift() ?? [] });
    const session = rotating.open(DEADLINE_MS, 60_000);
    const url = new URL(`https://rotating.example:${host.port}/`);
    for (const tls of [{ mode: 'insecure' }, { mode: 'insecure', clientCertPem: host.ca }] as const)
      await session.send({ method: 'GET', url, tls }).catch(() => undefined);
    await session.close();
    expect(session.contacted).to.deep.equal(
      Array(2).fill(`rotating.example:${host.port} → 127.0.0.1 127.0.0.2`),
    );
  });

  it('refuses other schemes, users in the address, and loopback that is not listed', async () => {
    const strict = createOutbound({ clock: systemClock, allowCidrs: [], forbidden: async () => [] });
    expect(await outcome(outbound, { url: new URL('ftp://127.0.0.1/') })).to.equal('bad_url');
    expect(await outcome(outbound, { url: new URL(`https://a:b@127.0.0.1:${host.port}/`) })).to.equal(
      'bad_url',
    );
    for (const name of [
      '127.0.0.1',
      '0x7f.0.0.1',
      '2130706433',
      '127.1',
      '017700000001',
      '[::1]',
      '127.0.0.1.',
    ])
      expect(await outcome(strict, { url: new URL(`http://${name}:${host.port}/`) }), name).to.equal(
        'denied_by_policy',
      );
    expect(await outcome(strict, { url: new URL('http://metadata.google.internal/') })).to.equal(
      'denied_by_policy',
    );
  });

  it('tells a closed port, a port without TLS and what is no HTTP apart', async () => {
    const closed = await startSimulator({ answer: () => ({ status: 200 }), plain: true });
    const plainUrl = new URL(closed.url);
    const asTls = new URL(`https://127.0.0.1:${closed.port}/`);
    expect(await outcome(outbound, { url: asTls, tls: { mode: 'insecure' } })).to.equal('no_tls');
    await closed.close();
    expect(await outcome(outbound, { url: plainUrl })).to.equal('refused');
    const noise = await talking('SSH-2.0-OpenSSH_9.6\r\n');
    expect(await outcome(outbound, { url: noise.url })).to.equal('garbage');
    await noise.close();
    const long = await talking(`HTTP/1.1 200 OK\r\nx: ${'y'.repeat(200_000)}\r\n\r\n`);
    expect(await outcome(outbound, { url: long.url })).to.be.oneOf(['too_large', 'garbage']);
    await long.close();
    const silent = await talking('');
    const secured = new URL(silent.url.href.replace('http:', 'https:'));
    expect(await outcome(outbound, { url: secured, tls: trusted })).to.equal('timed_out');
    await silent.close();
  });
});

const GIGABYTE = 1_073_741_824;

/** A server that sends a gigabyte of bytes that mean nothing, as fast as they are taken. */
async function pouring() {
  const open = new Set<Socket>();
  let most = 0;
  const chunk = Buffer.alloc(65_536, 'noise \u0001');
  const server = createServer((socket) => {
    open.add(socket);
    most = Math.max(most, open.size);
    let left = GIGABYTE;
    const pour = () => {
      while (left > 0 && !socket.destroyed) {
        left -= chunk.length;
        if (!socket.write(chunk)) break;
      }
    };
    socket.on('drain', pour);
    socket.on('error', () => undefined);
    socket.once('close', () => open.delete(socket));
    pour();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: new URL(`http://127.0.0.1:${port}/`),
    mostAtOnce: () => most,
    close: async () => {
      for (const socket of open) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** A server that says one thing to whoever connects. */
async function talking(text: string) {
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => undefined);
    socket.write(text);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: new URL(`http://127.0.0.1:${port}/`),
    close: async () => {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
