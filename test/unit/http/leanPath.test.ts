import { createServer, type IncomingHttpHeaders, request, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect } from 'chai';
import express, { type RequestHandler } from 'express';
import { z } from 'zod';
import { BrokerError } from '../../../src/domain/errors.js';
import { errorHandler } from '../../../src/http/problem.js';
import type { Route } from '../../../src/http/route.js';
import { leanBody, leanPath } from '../../../src/http/server/leanPath.js';

interface Asked {
  method?: string;
  path: string;
  headers?: Record<string, string>;
  body?: string;
}

interface Answer {
  status: number;
  headers: IncomingHttpHeaders;
  body: string;
}

const HOPS = 2;
const log = { info: () => undefined, warn: () => undefined, error: () => undefined };

/** Answers what it sees of the request, and whether Express stands around it. */
const echo: RequestHandler = async (asked, response) => {
  const { ip, params, query, method } = asked;
  if (asked.get('X-Fail') === 'known')
    throw new BrokerError('forbidden', { detail: 'No.', retryAfterSeconds: 3 });
  if (asked.get('X-Fail') === 'unknown') throw new TypeError('nobody knows');
  if (asked.get('X-Fail') === 'header') return void response.set({ 'X-Name': 'a\nb' }).json({});
  if (asked.get('X-Fail') === 'unmodified') return void response.set({ ETag: '"v3"' }).status(304).end();
  response.append('RateLimit', 'a').append('RateLimit', 'b');
  const body: unknown = asked.body ?? null;
  const seen = {
    ip,
    params: { ...params },
    query: { ...query },
    method,
    body,
    agent: asked.get('User-Agent'),
  };
  response
    .set('X-Express', String('app' in asked))
    .set({ 'Cache-Control': 'no-store' })
    .json(seen);
};

const rows = [
  { method: 'get', path: '/api/credentials/{id}/secret' },
  { method: 'get', path: '/api/environment', query: z.object({}) },
  { method: 'post', path: '/api/credentials/resolve', body: z.object({}) },
].map(
  (row) =>
    ({ id: '', tag: 'Values', summary: '', auth: 'token', run: async () => undefined, ...row }) as Route,
);

describe('the lean path', () => {
  let lean: Server;
  let plain: Server;
  before(async () => {
    const app = express()
      .set('trust proxy', HOPS)
      .set('query parser', 'simple')
      .disable('x-powered-by')
      .disable('etag');
    const json = express.json({ limit: '1kb' });
    app.use(json);
    for (const { method, path } of rows) app[method](path.replace(/\{(\w+)\}/g, ':$1'), echo);
    app.use(errorHandler(log));
    const served = rows.map((route) => ({
      route,
      handlers: route.body === undefined ? [echo] : [leanBody(json), echo],
    }));
    plain = createServer(app).listen(0, '127.0.0.1');
    lean = createServer(
      leanPath({ rows: served, onError: errorHandler(log), trustedProxyHops: HOPS, otherwise: app }),
    ).listen(0, '127.0.0.1');
    await Promise.all(
      [plain, lean].map((server) => new Promise((resolve) => server.once('listening', resolve))),
    );
  });
  after(() => {
    for (const server of [plain, lean]) {
      server.closeAllConnections();
      server.close();
    }
  });

  const ask = (server: Server, { method = 'GET', path, headers = {}, body }: Asked): Promise<Answer> =>
    new Promise((resolve, reject) => {
      const { port } = server.address() as AddressInfo;
      const sent = request({ host: '127.0.0.1', port, method, path, headers }, (answer) => {
        const chunks: Buffer[] = [];
        answer.on('data', (chunk: Buffer) => chunks.push(chunk));
        answer.on('end', () =>
          resolve({
            status: answer.statusCode ?? 0,
            headers: answer.headers,
            body: Buffer.concat(chunks).toString(),
          }),
        );
      });
      sent.once('error', reject);
      sent.end(body);
    });

  const SECRET = '/api/credentials/0b5b1c1e-1111-4222-8333-444455556666/secret';
  const json = { 'content-type': 'application/json' };
  const usual: Record<string, Asked> = {
    'a read': { path: SECRET, headers: { 'user-agent': 'curl' } },
    'a read of no uuid': { path: '/api/credentials/nothing/secret' },
    'a read with a known version': { path: SECRET, headers: { 'if-none-match': '"v3"' } },
    'an answer without a body': { path: SECRET, headers: { 'x-fail': 'unmodified' } },
    'an error of ours': { path: SECRET, headers: { 'x-fail': 'known' } },
    'a header of ours that Node refuses': { path: SECRET, headers: { 'x-fail': 'header' } },
    'any other error': { path: SECRET, headers: { 'x-fail': 'unknown' } },
    'one proxy': { path: SECRET, headers: { 'x-forwarded-for': '10.0.0.1' } },
    'as many proxies as are trusted': { path: SECRET, headers: { 'x-forwarded-for': '10.0.0.1, 10.0.0.2' } },
    'more proxies': { path: SECRET, headers: { 'x-forwarded-for': '10.0.0.1,10.0.0.2 ,::1, ,10.0.0.3' } },
    'a cookie next to a token': { path: SECRET, headers: { cookie: 'a=b', authorization: 'Bearer x' } },
    'an empty list of proxies': { path: SECRET, headers: { 'x-forwarded-for': ' , ' } },
    'a query': { path: '/api/environment?aliases=true&label=a%3Db&label=c&%zz&__proto__=1&x' },
    'an empty query': { path: '/api/environment?' },
    'a body': { method: 'POST', path: '/api/credentials/resolve', headers: json, body: '{"items":["é"]}' },
    'no body': { method: 'POST', path: '/api/credentials/resolve' },
    'a body of another type': { method: 'POST', path: '/api/credentials/resolve', body: 'a=b' },
    'a body that is no JSON': { method: 'POST', path: '/api/credentials/resolve', headers: json, body: '{' },
    'a body that is too large': {
      method: 'POST',
      path: '/api/credentials/resolve',
      headers: json,
      body: JSON.stringify('x'.repeat(2_000)),
    },
  };
  const unusual: Record<string, Asked> = {
    'another method': { method: 'POST', path: SECRET },
    HEAD: { method: 'HEAD', path: SECRET },
    OPTIONS: { method: 'OPTIONS', path: SECRET },
    'another path': { path: '/api/credentials' },
    'a path with a slash at its end': { path: `${SECRET}/` },
    'a path in capitals': { path: SECRET.toUpperCase() },
    'a path with escapes': { path: '/api/credentials/%61/secret' },
    'a path that is no percent-encoding': { path: '/api/credentials/%zz/secret' },
    'a path with dots': { path: '/api/credentials/../secret' },
    'a double slash': { path: `/${SECRET}` },
    'a whole URL': { path: `http://elsewhere.example${SECRET}` },
    'a query where none is taken': { path: `${SECRET}?a=b` },
    'a body where none is taken': {
      path: SECRET,
      headers: { ...json, 'content-length': '7' },
      body: '{"a":1}',
    },
    'an empty body in a charset that nobody knows': {
      path: SECRET,
      headers: { 'content-type': 'application/json; charset=x', 'content-length': '0' },
    },
    'a body in chunks': {
      path: SECRET,
      headers: { ...json, 'transfer-encoding': 'chunked' },
      body: '{"a":1}',
    },
    'a compressed body': {
      method: 'POST',
      path: '/api/credentials/resolve',
      headers: { ...json, 'content-encoding': 'br' },
      body: '{}',
    },
    'a cookie that may be a login': { path: SECRET, headers: { cookie: 'glassdome_session=x' } },
    'a condition in another form': { path: SECRET, headers: { 'if-none-match': 'W/"v3", "v4"' } },
    'any condition': { path: '/api/environment', headers: { 'if-none-match': '*' } },
    'an odd list of proxies': { path: SECRET, headers: { 'x-forwarded-for': 'fe80::1%eth0, unknown' } },
  };
  const same = ({ status, headers: { date: _, ...headers }, body }: Answer) => ({ status, headers, body });

  for (const [what, asked] of Object.entries(usual))
    it(`answers as Express does: ${what}`, async () => {
      const [ours, expected] = await Promise.all([ask(lean, asked), ask(plain, asked)]);
      if (expected.status === 200) {
        expect([ours.headers['x-express'], expected.headers['x-express']]).to.deep.equal(['false', 'true']);
        delete ours.headers['x-express'];
        delete expected.headers['x-express'];
      }
      expect(same(ours)).to.deep.equal(same(expected));
    });

  for (const [what, asked] of Object.entries(unusual))
    it(`leaves to Express: ${what}`, async () => {
      const [ours, expected] = await Promise.all([ask(lean, asked), ask(plain, asked)]);
      expect(same(ours)).to.deep.equal(same(expected));
      expect(ours.headers['x-express']).not.to.equal('false');
    });

  it('waits for each handler, also for one that answers itself after its promise is done', async () => {
    const late: RequestHandler = async (_asked, response, next) => {
      setTimeout(() => next(new BrokerError('rate_limited', { detail: 'Wait.' })), 20);
      response.set('X-Late', 'yes');
    };
    const server = createServer(
      leanPath({
        rows: [{ route: rows[0] as Route, handlers: [late, echo] }],
        onError: errorHandler(log),
        trustedProxyHops: 0,
        otherwise: (_asked, response) => response.end(),
      }),
    ).listen(0, '127.0.0.1');
    await new Promise((resolve) => server.once('listening', resolve));
    const { status, headers } = await ask(server, { path: SECRET });
    server.closeAllConnections();
    server.close();
    expect([status, headers['x-late']]).to.deep.equal([429, 'yes']);
  });
});
