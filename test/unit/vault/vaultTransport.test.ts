import type { RequestListener } from 'node:http';
import { createRequire } from 'node:module';
import { inspect } from 'node:util';
import { expect } from 'chai';
import { VaultUnreachable } from '../../../src/adapters/vault/connection/client.js';
import { createVaultClient } from '../../../src/adapters/vault/connection/nodeVault.js';
import { UnsafeVaultPath } from '../../../src/adapters/vault/connection/paths.js';
import {
  createTransport,
  parseVaultAddress,
  type Transport,
  type TransportOptions,
} from '../../../src/adapters/vault/connection/transport.js';
import { patiently } from '../../support/patience.js';
import { type Listener, listen } from '../../support/services/listener.js';
import { makeSelfSigned, type SelfSigned } from '../../support/services/selfSigned.js';

const TOKEN = 'hvs.canary-token-7f3a';
const json =
  (status: number, body: unknown): RequestListener =>
  (_request, response) => {
    response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
  };

describe('Vault transport', () => {
  const open: { close(): Promise<void> }[] = [];
  const serve = async (answer: RequestListener, tls?: SelfSigned): Promise<Listener> => {
    const listener = await listen(answer, tls);
    open.push(listener);
    return listener;
  };
  const connect = (address: string, options: Partial<TransportOptions> = {}): Transport => {
    const transport = createTransport({ address, timeoutMs: 300, ...options });
    open.push(transport);
    return transport;
  };
  const client = (transport: Transport) => createVaultClient(transport, () => TOKEN);
  const failure = async (promise: Promise<unknown>): Promise<unknown> =>
    promise.then(
      () => null,
      (error: unknown) => error,
    );
  afterEach(async () => {
    await Promise.all(open.splice(0).map((part) => part.close()));
  });

  describe('what node-vault gets wrong by itself', () => {
    it('gives up on a Vault that never answers, at the deadline', async () => {
      const silent = await serve(() => undefined);
      const began = performance.now();
      const error = await failure(client(connect(silent.address)).request('GET', 'kv/data/a'));
      expect(error).to.include({ name: 'VaultUnreachable', reason: 'timeout', maybeSent: true });
      expect(performance.now() - began).to.be.within(250, patiently(900));
    });

    it('does not follow a redirect, so the token reaches no second host', async () => {
      const thief = await serve(json(200, {}));
      const standby = await serve((_request, response) => {
        response.writeHead(307, { location: `${thief.address}/v1/kv/data/a` }).end();
      });
      const error = await failure(
        client(connect(standby.address)).request('POST', 'kv/data/a', { data: {} }),
      );
      expect(error).to.include({ name: 'VaultUnreachable', reason: 'redirect' });
      expect(thief.requests).to.deep.equal([]);
    });

    it('sends no path that could be read as another one', async () => {
      const vault = await serve(json(200, {}));
      const hostile = [
        'kv/../sys/raw',
        'kv/%2e%2e/sys',
        'kv/./a',
        'kv//a',
        '/kv/a',
        'kv/a\n',
        'kv/a#b',
        'kv\\a',
        'kv/ä',
        '',
      ];
      for (const path of hostile) {
        expect(await failure(client(connect(vault.address)).request('GET', path)), path).to.be.instanceOf(
          UnsafeVaultPath,
        );
      }
      expect(vault.requests).to.deep.equal([]);
    });

    it('sends no escaped slash that node-vault would turn into one', async () => {
      const vault = await serve(json(200, {}));
      const error = await failure(
        client(connect(vault.address)).request('GET', 'sys/policy/a&#x2F;..&#x2F;token'),
      );
      expect(error).to.be.instanceOf(UnsafeVaultPath);
      expect(vault.requests).to.deep.equal([]);
    });

    it('throws errors that carry neither the token nor what was written', async () => {
      const resetting = await serve((request) => void request.socket.destroy());
      const secret = 'canary-value-91b2';
      for (const address of [resetting.address, 'http://127.0.0.1:1']) {
        const error = await failure(
          client(connect(address)).request('POST', 'kv/data/a', { data: { secret } }),
        );
        const shown = inspect(error, { depth: 10, showHidden: true }) + JSON.stringify(error) + String(error);
        expect(error).to.be.instanceOf(VaultUnreachable);
        expect(shown).to.not.contain(TOKEN).and.not.contain(secret).and.not.contain('127.0.0.1');
      }
    });

    it('takes a list of two megabytes, and nothing else of that size', async () => {
      const keys = Array.from(
        { length: 34_000 },
        (_, n) => `${'a'.repeat(50)}-${String(n).padStart(8, '0')}`,
      );
      const vault = await serve(json(200, { data: { keys } }));
      const asked = client(connect(vault.address, { timeoutMs: 5_000 }));
      expect((await asked.request('LIST', 'kv/metadata/other/')).body.data.keys).to.have.length(34_000);
      expect(await failure(asked.request('GET', 'kv/data/a'))).to.include({ reason: 'too_large' });
    });

    it('prints nothing when debug output is on for everything', async () => {
      const vault = await serve(json(200, {}));
      const debug = createRequire(createRequire(import.meta.url).resolve('node-vault'))('debug');
      const printed = await captured(async () => {
        debug.enable('*');
        debug('control')('the switch works');
        await client(connect(vault.address)).request('POST', 'kv/data/a', {
          data: { a: 'canary-value-91b2' },
        });
        debug.disable();
      });
      expect(printed).to.contain('the switch works').and.not.contain('canary-value').and.not.contain(TOKEN);
    });

    it('verifies TLS whatever VAULT_SKIP_VERIFY says, and by the authority it was given', async () => {
      const tls = makeSelfSigned();
      const vault = await serve(json(200, { ok: true }), tls);
      await withEnvironment({ VAULT_SKIP_VERIFY: 'true' }, async () => {
        const error = await failure(client(connect(vault.address)).request('GET', 'kv/data/a'));
        expect(error).to.include({ name: 'VaultUnreachable', reason: 'tls', maybeSent: false });
      });
      expect(vault.requests).to.deep.equal([]);
      const trusting = client(connect(vault.address, { caPem: tls.cert }));
      expect((await trusting.request('GET', 'kv/data/a')).body).to.deep.equal({ ok: true });
    });

    it('takes neither address, token, prefix nor namespace from the environment', async () => {
      const vault = await serve(json(200, {}));
      const other = await serve(json(200, {}));
      const environment = {
        VAULT_ADDR: other.address,
        VAULT_TOKEN: 'hvs.from-environment',
        VAULT_PREFIX: '/elsewhere',
        VAULT_NAMESPACE: 'other',
      };
      await withEnvironment(environment, async () => {
        await createVaultClient(connect(vault.address), () => null).request('GET', 'sys/health');
      });
      expect(other.requests).to.deep.equal([]);
      expect(vault.requests.map((request) => request.url)).to.deep.equal(['/v1/sys/health']);
      expect(vault.requests[0]?.headers).to.not.have.any.keys('x-vault-token', 'x-vault-namespace');
    });

    it('opens no more connections than it may, and keeps them', async () => {
      const vault = await serve(json(200, {}));
      const bounded = client(connect(vault.address, { connections: 4, timeoutMs: patiently(5_000) }));
      await Promise.all(Array.from({ length: 40 }, () => bounded.request('GET', 'kv/data/a')));
      expect(vault.requests).to.have.length(40);
      expect(vault.connections()).to.be.at.most(4);
    });

    it('keeps its connection over TLS with an own authority', async () => {
      const tls = makeSelfSigned();
      const vault = await serve(json(200, {}), tls);
      const trusting = client(connect(vault.address, { caPem: tls.cert }));
      for (let i = 0; i < 10; i += 1) await trusting.request('GET', 'kv/data/a');
      // Two, because the answer is there a moment before its connection counts as free.
      expect(vault.connections()).to.be.at.most(2);
    });
  });

  describe('answers', () => {
    it('gives back whatever status with its body, and when to come again', async () => {
      const vault = await serve((_request, response) => {
        response.writeHead(429, { 'retry-after': '7' }).end('{"errors":["quota"]}');
      });
      const answer = await client(connect(vault.address)).request('GET', 'kv/data/a');
      expect(answer).to.deep.equal({ status: 429, body: { errors: ['quota'] }, retryAfterSeconds: 7 });
    });

    it('sends the body as JSON, LIST in the form that proxies know, and the token it is told', async () => {
      const vault = await serve(json(204, undefined));
      const asked = client(connect(vault.address));
      await asked.request('LIST', 'kv/metadata/', undefined, { token: 'hvs.other' });
      await asked.request('POST', 'kv/data/a', { data: {} }, { token: null });
      const [list, post] = vault.requests;
      expect(list).to.include({ method: 'GET', url: '/v1/kv/metadata/?list=true' });
      expect(list?.headers['x-vault-token']).to.equal('hvs.other');
      expect(post?.headers).to.not.have.property('x-vault-token');
      expect(post?.headers['content-type']).to.equal('application/json');
    });

    it('tells an empty answer from an empty body', async () => {
      const vault = await serve((_request, response) => void response.writeHead(204).end());
      expect(await client(connect(vault.address)).request('DELETE', 'kv/metadata/a')).to.deep.equal({
        status: 204,
        body: undefined,
      });
    });

    it('refuses garbage without repeating it, but keeps the status of an error page', async () => {
      const page = '<html>canary-page</html>';
      const good = await serve((_request, response) => void response.writeHead(200).end(page));
      const bad = await serve((_request, response) => void response.writeHead(502).end(page));
      const error = await failure(client(connect(good.address)).request('GET', 'kv/data/a'));
      expect(error).to.include({ reason: 'garbage' });
      expect(inspect(error)).to.not.contain('canary-page');
      expect(await client(connect(bad.address)).request('GET', 'kv/data/a')).to.deep.equal({
        status: 502,
        body: undefined,
      });
    });

    it('refuses a truncated answer', async () => {
      const vault = await serve((_request, response) => {
        response.writeHead(200, { 'content-length': '100' });
        response.write('{"data":');
        response.socket?.end();
      });
      expect(await failure(client(connect(vault.address)).request('GET', 'kv/data/a'))).to.include({
        reason: 'reset',
      });
    });

    it('stops reading an answer that is too large, with and without a stated length', async () => {
      const stated = await serve((_request, response) => void response.end('x'.repeat(2_000_000)));
      let written = 0;
      const endless = await serve((_request, response) => {
        const more = () => {
          written += 65_536;
          if (!response.destroyed) response.write('x'.repeat(65_536), more);
        };
        more();
      });
      for (const address of [stated.address, endless.address]) {
        const error = await failure(
          client(connect(address, { timeoutMs: 2_000 })).request('GET', 'kv/data/a'),
        );
        expect(error).to.include({ reason: 'too_large' });
      }
      expect(written).to.be.below(16_000_000);
    });

    it('ends an answer that drips, at the deadline', async () => {
      const dripping = await serve((_request, response) => {
        const timer = setInterval(() => response.write(' '), 20);
        response.on('close', () => clearInterval(timer));
      });
      expect(await failure(client(connect(dripping.address)).request('GET', 'kv/data/a'))).to.include({
        reason: 'timeout',
      });
    });

    it('knows that nothing was sent when nobody listens, and when it had to wait for a connection', async () => {
      expect(
        await failure(client(connect('http://127.0.0.1:1')).request('POST', 'kv/data/a', {})),
      ).to.include({
        reason: 'connect',
        maybeSent: false,
      });
      const silent = await serve(() => undefined);
      const narrow = client(connect(silent.address, { connections: 1 }));
      const [first, second] = await Promise.all([
        failure(narrow.request('POST', 'kv/data/a', {})),
        failure(narrow.request('POST', 'kv/data/b', {}, { timeoutMs: 200 })),
      ]);
      expect(first).to.include({ maybeSent: true });
      expect(second).to.include({ reason: 'timeout', maybeSent: false });
      expect(silent.requests.map((request) => request.url)).to.deep.equal(['/v1/kv/data/a']);
    });

    it('stops when the caller does', async () => {
      const silent = await serve(() => undefined);
      const stop = new AbortController();
      const asked = failure(
        client(connect(silent.address)).request('GET', 'kv/data/a', undefined, { signal: stop.signal }),
      );
      stop.abort();
      expect(await asked).to.include({ reason: 'aborted' });
    });
  });

  it('takes an address that is scheme, host and port, and nothing else', () => {
    expect(parseVaultAddress('https://vault.example:8200/').origin).to.equal('https://vault.example:8200');
    for (const address of [
      'https://v:8200/ui',
      'https://a:b@v:8200',
      'ftp://v',
      'https://v?x=1',
      'https://v#x',
      'v:8200',
    ]) {
      expect(() => parseVaultAddress(address), address).to.throw(TypeError);
    }
  });
});

async function withEnvironment(values: Record<string, string>, work: () => Promise<void>): Promise<void> {
  const before = Object.keys(values).map((name) => [name, process.env[name]] as const);
  Object.assign(process.env, values);
  try {
    await work();
  } finally {
    for (const [name, value] of before) {
      if (value === undefined) delete process.env[name];
      else process.env[name] = value;
    }
  }
}

/** Everything that is written to standard error and output meanwhile. */
async function captured(work: () => Promise<void>): Promise<string> {
  const real = { err: process.stderr.write, out: process.stdout.write };
  let text = '';
  const keep = (chunk: string | Uint8Array): boolean => {
    text += chunk.toString();
    return true;
  };
  process.stderr.write = keep as typeof process.stderr.write;
  process.stdout.write = keep as typeof process.stdout.write;
  try {
    await work();
  } finally {
    process.stderr.write = real.err;
    process.stdout.write = real.out;
  }
  return text;
}
