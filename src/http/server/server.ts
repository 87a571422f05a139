import { createServer, type RequestListener, type Server } from 'node:http';
import { Server as TcpServer } from 'node:net';
import type { Config } from '../../config/config.js';
import { MINUTE_MS } from '../../domain/time/units.js';
import type { Log } from '../../ports/runtime.js';
import { TIME_LIMITS } from '../timeLimits.js';
import { createTlsServer } from './certificateRenewal.js';

export interface ListenOptions {
  log: Log;
  /** In place of BROKER_PORT. */
  port?: number;
  /** How often the files of the certificate are looked at; 60,000 ms if not given. */
  lookEveryMs?: number;
}

/** Listens as the configuration says; resolves when it does. Rejects with the system's error, e.g. EADDRINUSE. */
export async function listen(
  app: RequestListener,
  config: Config,
  { log, port = config.BROKER_PORT, lookEveryMs = MINUTE_MS }: ListenOptions,
): Promise<Server> {
  const { TLS_CERT_FILE: cert, TLS_KEY_FILE: key } = config;
  const server =
    cert === undefined || key === undefined
      ? createServer(TIME_LIMITS, app)
      : createTlsServer(app, { cert, key }, { log, lookEveryMs });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, config.BROKER_HOST, resolve);
  });
  return server;
}

/**
 * Takes calls for `delayMs` more, so that a balancer sees `/readyz` fail first; then no new connections, and what runs
 * ends or is cut after `cutAfterMs`, counted from now.
 */
export async function drain(server: Server, wait: { delayMs: number; cutAfterMs: number }): Promise<void> {
  const cut = setTimeout(() => server.closeAllConnections(), wait.cutAfterMs);
  await new Promise((resolve) => setTimeout(resolve, wait.delayMs));
  // Not the server's own, which cuts idle connections: a request may be on its way there, and would end in a reset.
  const closed = new Promise<void>((resolve) => {
    TcpServer.prototype.close.call(server, () => resolve());
  });
  await untilUnused(server);
  server.closeIdleConnections();
  await closed;
  clearTimeout(cut);
}

/** Clients that go on meanwhile are answered with `Connection: close`, and open their next connection elsewhere. */
const LAST_REQUESTS_MS = 1_500;
const LOOK_EVERY_MS = 50;

/** Until no connection is left, or those that are have been idle for long enough. */
async function untilUnused(server: Server): Promise<void> {
  for (let waited = 0; waited < LAST_REQUESTS_MS; waited += LOOK_EVERY_MS) {
    const left = await new Promise<number>((resolve) =>
      server.getConnections((_error, many) => resolve(many)),
    );
    if (left === 0) return;
    await new Promise((resolve) => setTimeout(resolve, LOOK_EVERY_MS));
  }
}
