import { createServer, type IncomingMessage, type RequestListener, type Server } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import type { SelfSigned } from './selfSigned.js';

export interface Listener {
  address: string;
  /** Every request that came, in order. */
  requests: { method: string; url: string; headers: IncomingMessage['headers'] }[];
  /** Connections that were ever opened. */
  connections(): number;
  close(): Promise<void>;
}

/** A loopback server that notes what reaches it. */
export async function listen(answer: RequestListener, tls?: SelfSigned): Promise<Listener> {
  const requests: Listener['requests'] = [];
  const noting: RequestListener = (request, response) => {
    requests.push({ method: request.method ?? '', url: request.url ?? '', headers: request.headers });
    answer(request, response);
  };
  const server: Server = tls === undefined ? createServer(noting) : createTlsServer({ ...tls }, noting);
  let opened = 0;
  // A TLS server tells of its raw connections too.
  server.on(tls === undefined ? 'connection' : 'secureConnection', () => {
    opened += 1;
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    address: `${tls === undefined ? 'http' : 'https'}://127.0.0.1:${port}`,
    requests,
    connections: () => opened,
    close: () => {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      server.closeAllConnections();
      return closed;
    },
  };
}
