import { createServer as createPlain, type IncomingMessage, type ServerResponse } from 'node:http';
import { createServer } from 'node:https';
import type { AddressInfo, Socket } from 'node:net';
import { TLSSocket } from 'node:tls';
import { startCertificateGate } from './certificateGate.js';
import { makeSelfSigned, type SelfSigned } from './selfSigned.js';

/** What goes wrong with the host itself, whatever it simulates. */
export type Fault =
  | 'none'
  | 'rate_limited'
  | 'failing'
  | 'web_page'
  | 'other_json'
  | 'redirect'
  | 'hang'
  | 'drip'
  | 'flood'
  | 'reset';

export interface SimulatedRequest {
  method: string;
  url: URL;
  headers: IncomingMessage['headers'];
  body: string;
  /** Number of the connection on which it came. */
  connection: number;
}

export interface SimulatedAnswer {
  status: number;
  statusText?: string;
  headers?: Record<string, string | string[]>;
  /** An object is sent as JSON. */
  body?: string | object;
}

export interface SimulatorOptions {
  /** `known`: the client has shown a certificate of `clientCa`. */
  answer(request: SimulatedRequest, known: boolean): SimulatedAnswer | Promise<SimulatedAnswer>;
  /** How the service itself says "too many"; left out: 429 with Retry-After. */
  rateLimited?: SimulatedAnswer;
  plain?: boolean;
  /** Of this machine's loopback; left out: 127.0.0.1. */
  address?: string;
  /** Asks for a client certificate of this authority. */
  clientCa?: string;
  /** Ends the handshake of whoever does not show exactly that certificate. */
  strict?: boolean;
}

/** A server on loopback that plays an external service, with a certificate that only its own CA vouches for. */
export interface Simulator {
  url: string;
  port: number;
  ca: string;
  fault: Fault;
  /** A state that the simulated service itself knows, e.g. `expired`. */
  state: string;
  /** Host names of the requests' Host headers. */
  seen: SimulatedRequest[];
  /** A gateway in front: what it answers in place of the service; undefined lets the request pass. */
  gate?: ((request: SimulatedRequest, known: boolean) => SimulatedAnswer | undefined) | undefined;
  /** Changes what it would answer; left out, nothing. */
  rewrite?: ((answer: SimulatedAnswer) => SimulatedAnswer) | undefined;
  /** How long it thinks about each request. */
  delayMs: number;
  openConnections(): number;
  /** Requests that it had to answer at the same time, at most. */
  mostAtOnce: number;
  close(): Promise<void>;
}

let shared: SelfSigned | undefined;

export async function startSimulator(options: SimulatorOptions): Promise<Simulator> {
  shared ??= makeSelfSigned();
  const seen: SimulatedRequest[] = [];
  let open = 0;
  let answering = 0;
  const onRequest = (request: IncomingMessage, response: ServerResponse) => {
    simulator.mostAtOnce = Math.max(simulator.mostAtOnce, ++answering);
    response.once('close', () => {
      answering -= 1;
    });
    void respond(simulator, options, request, response);
  };
  const { cert, key } = shared;
  const mutual =
    options.clientCa === undefined
      ? {}
      : { ca: options.clientCa, requestCert: true, rejectUnauthorized: false };
  // The gate reads what the client shows, which TLS 1.3 would hide.
  const version = options.strict ? ({ maxVersion: 'TLSv1.2' } as const) : {};
  const server = options.plain
    ? createPlain(onRequest)
    : createServer({ cert, key, ...mutual, ...version }, onRequest);
  server.on('connection', (socket) => {
    open += 1;
    socket.once('close', () => {
      open -= 1;
    });
  });
  const { address = '127.0.0.1' } = options;
  await new Promise<void>((resolve) => server.listen(0, address, resolve));
  const behind = (server.address() as AddressInfo).port;
  const gate = options.strict ? await startCertificateGate(behind, options.clientCa ?? '') : undefined;
  const port = gate?.port ?? behind;
  const simulator: Simulator = {
    url: `${options.plain ? 'http' : 'https'}://${address}:${port}`,
    port,
    ca: cert,
    fault: 'none',
    state: '',
    seen,
    openConnections: () => open,
    delayMs: 0,
    mostAtOnce: 0,
    close: async () => {
      await new Promise<void>((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      });
      await gate?.close();
    },
  };
  return simulator;
}

async function respond(
  simulator: Simulator,
  options: SimulatorOptions,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  const asked: SimulatedRequest = {
    method: request.method ?? '',
    url: new URL(request.url ?? '/', simulator.url),
    headers: request.headers,
    body: Buffer.concat(chunks).toString('utf8'),
    connection: request.socket.remotePort ?? 0,
  };
  simulator.seen.push(asked);
  if (misbehave(simulator, options, response)) return;
  if (simulator.delayMs > 0) await new Promise((resolve) => setTimeout(resolve, simulator.delayMs));
  const known = isKnown(request.socket);
  const answer = simulator.gate?.(asked, known) ?? (await options.answer(asked, known));
  write(response, simulator.rewrite?.(answer) ?? answer);
}

const isKnown = (socket: Socket) => socket instanceof TLSSocket && socket.authorized;

/** True when the fault at hand has answered, or never will. */
function misbehave(simulator: Simulator, options: SimulatorOptions, response: ServerResponse): boolean {
  switch (simulator.fault) {
    case 'none':
      return false;
    case 'rate_limited':
      write(response, options.rateLimited ?? { status: 429, headers: { 'retry-after': '7' }, body: {} });
      return true;
    case 'failing':
      write(response, { status: 503, body: 'upstream connect error' });
      return true;
    case 'web_page':
      write(response, {
        status: 200,
        headers: { 'content-type': 'text/html' },
        body: '<html>Sign in</html>',
      });
      return true;
    case 'other_json':
      write(response, { status: 200, body: { hello: 'world' } });
      return true;
    case 'redirect':
      write(response, { status: 302, headers: { location: 'http://169.254.169.254/latest/meta-data/' } });
      return true;
    case 'hang':
      return true;
    case 'drip': {
      response.writeHead(200, { 'content-type': 'application/json' });
      const drop = setInterval(() => response.write(' '), 20);
      response.once('close', () => clearInterval(drop));
      return true;
    }
    case 'flood': {
      response.writeHead(200, { 'content-type': 'application/json' });
      const pour = () => {
        while (!response.destroyed && response.write('x'.repeat(65_536)));
      };
      response.on('drain', pour);
      pour();
      return true;
    }
    case 'reset':
      response.socket?.destroy();
      return true;
  }
}

function write(response: ServerResponse, { status, statusText, headers, body = '' }: SimulatedAnswer): void {
  const text = typeof body === 'string' ? body : JSON.stringify(body);
  const type = typeof body === 'string' ? {} : { 'content-type': 'application/json' };
  if (statusText === undefined) response.writeHead(status, { ...type, ...headers });
  else response.writeHead(status, statusText, { ...type, ...headers });
  response.end(text);
}
