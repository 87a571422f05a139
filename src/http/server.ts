import { createServer, type Server } from 'node:http';
import type { Express } from 'express';
import type { Config } from '../config.js';
import type { Log } from '../ports/runtime.js';
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
  app: Express,
  config: Config,
  { log, port = config.BROKER_PORT, lookEveryMs = 60_000 }: ListenOptions,
): Promise<Server> {
  const { TLS_CERT_FILE: cert, TLS_KEY_FILE: key } = config;
  const server =
    cert === undefined || key === undefined
      ? createServer(app)
      : createTlsServer(app, { cert, key }, { log, lookEveryMs });
  server.keepAliveTimeout = 65_000;
  server.headersTimeout = 66_000;
  server.requestTimeout = 30_000;
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
  const closed = new Promise<void>((resolve) => server.close(() => resolve()));
  server.closeIdleConnections();
  await closed;
  clearTimeout(cut);
}
