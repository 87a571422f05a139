import { createServer as createHttpServer, request as httpRequest } from 'node:http';
import { type AddressInfo, createServer, type Socket, connect as tcpConnect } from 'node:net';

export interface CountedStatement {
  text: string;
  /** True between `begin` and `commit`. */
  inTransaction: boolean;
}

export interface CountedCall {
  path: string;
  startedAt: number;
  endedAt: number;
}

/** A part with a proxy in front of it that keeps what passes. */
export interface Counted<T> {
  port: number;
  /** What passed since the last call. */
  take(): T[];
  stop(): Promise<void>;
}

/** Forwards to Postgres and reads the frontend messages, which name each statement. Without TLS only. */
export async function countedPostgres(port: number): Promise<Counted<CountedStatement>> {
  const seen: CountedStatement[] = [];
  const sockets = new Set<Socket>();
  const server = createServer((client) => {
    const upstream = tcpConnect(port, '127.0.0.1');
    const reader = new FrontendReader((statement) => void seen.push(statement));
    for (const socket of [client, upstream]) {
      socket.setNoDelay(true);
      sockets.add(socket);
      socket.on('error', () => socket.destroy());
      socket.once('close', () => sockets.delete(socket));
    }
    client.on('data', (chunk) => {
      reader.take(chunk);
      upstream.write(chunk);
    });
    upstream.on('data', (chunk) => void client.write(chunk));
    client.once('close', () => upstream.destroy());
    upstream.once('close', () => client.destroy());
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    port: (server.address() as AddressInfo).port,
    take: () => seen.splice(0),
    stop: () => {
      for (const socket of sockets) socket.destroy();
      return new Promise((resolve) => server.close(() => resolve()));
    },
  };
}

/** The messages of one connection: `Query`, `Parse`, `Bind` and `Execute` are enough to know each statement. */
class FrontendReader {
  #rest: Buffer = Buffer.alloc(0);
  #started = false;
  #inTransaction = false;
  #bound = '';
  readonly #parsed = new Map<string, string>();

  constructor(private readonly found: (statement: CountedStatement) => void) {}

  take(chunk: Buffer): void {
    this.#rest = Buffer.concat([this.#rest, chunk]);
    for (;;) {
      // The first message has no tag.
      const tag = this.#started ? 1 : 0;
      if (this.#rest.length < tag + 4) return;
      const end = tag + this.#rest.readInt32BE(tag);
      if (this.#rest.length < end) return;
      if (this.#started) this.#message(String.fromCharCode(this.#rest[0] ?? 0), this.#rest.subarray(5, end));
      this.#started = true;
      this.#rest = this.#rest.subarray(end);
    }
  }

  #message(tag: string, body: Buffer): void {
    const [first = '', second = ''] = body.toString('utf8').split('\0', 2);
    if (tag === 'P') this.#parsed.set(first, second);
    if (tag === 'B') this.#bound = this.#parsed.get(second) ?? '';
    if (tag === 'E') this.#statement(this.#bound);
    if (tag === 'Q') this.#statement(first);
  }

  #statement(text: string): void {
    if (text === 'begin') this.#inTransaction = true;
    this.found({ text, inTransaction: this.#inTransaction });
    if (text === 'commit' || text === 'rollback') this.#inTransaction = false;
  }
}

/** Forwards to Vault and keeps when each call began and ended. */
export async function countedVault(address: string): Promise<Counted<CountedCall>> {
  const seen: CountedCall[] = [];
  const { hostname, port } = new URL(address);
  const server = createHttpServer((asked, answered) => {
    const call: CountedCall = { path: asked.url ?? '', startedAt: performance.now(), endedAt: 0 };
    const { method, url: path, headers } = asked;
    const forward = httpRequest({ host: hostname, port, method, path, headers }, (answer) => {
      answered.writeHead(answer.statusCode ?? 502, answer.headers);
      answer.on('data', (chunk) => answered.write(chunk));
      answer.once('end', () => {
        call.endedAt = performance.now();
        seen.push(call);
        answered.end();
      });
    });
    forward.once('error', () => answered.destroy());
    asked.pipe(forward);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    port: (server.address() as AddressInfo).port,
    take: () => seen.splice(0),
    stop: () => {
      server.closeAllConnections();
      return new Promise((resolve) => server.close(() => resolve()));
    },
  };
}

/** How many calls had to wait for an earlier one: calls side by side count once. */
export function callsInARow(calls: readonly CountedCall[]): number {
  let waves = 0;
  let waveEndsAt = Number.NEGATIVE_INFINITY;
  for (const call of [...calls].sort((a, b) => a.startedAt - b.startedAt)) {
    if (call.startedAt >= waveEndsAt) {
      waves += 1;
      waveEndsAt = call.endedAt;
    } else waveEndsAt = Math.min(waveEndsAt, call.endedAt);
  }
  return waves;
}
