import { connect, type Socket } from 'node:net';

export interface Answer {
  status: number;
  body: Buffer;
}

/**
 * One keep-alive HTTP/1.1 connection that sends ready-made bytes and reads just enough of the answer. A full client
 * would cost more than the servers that are measured, and hide the difference between them.
 */
export class HttpConnection {
  #received: Buffer = Buffer.alloc(0);
  #waiting: { resolve(answer: Answer): void; reject(error: Error): void } | undefined;

  private constructor(private readonly socket: Socket) {
    socket.setNoDelay(true);
    socket.on('data', (chunk) => this.#take(chunk));
    socket.on('error', (error) => this.#fail(error));
    socket.on('close', () => this.#fail(new Error('the server closed the connection')));
  }

  static open(origin: string): Promise<HttpConnection> {
    const { hostname, port } = new URL(origin);
    return new Promise((resolve, reject) => {
      const socket = connect(Number(port), hostname);
      socket.once('error', reject);
      socket.once('connect', () => resolve(new HttpConnection(socket)));
    });
  }

  /** One request at a time. */
  send(request: Buffer): Promise<Answer> {
    return new Promise((resolve, reject) => {
      this.#waiting = { resolve, reject };
      this.socket.write(request);
    });
  }

  close(): void {
    this.#waiting = undefined;
    this.socket.destroy();
  }

  #take(chunk: Buffer): void {
    this.#received = this.#received.length === 0 ? chunk : Buffer.concat([this.#received, chunk]);
    const headEnd = this.#received.indexOf('\r\n\r\n');
    if (headEnd < 0) return;
    const head = this.#received.toString('latin1', 0, headEnd);
    const body = bodyOf(head, this.#received.subarray(headEnd + 4));
    if (body === undefined) return;
    this.#received = Buffer.alloc(0);
    const waiting = this.#waiting;
    this.#waiting = undefined;
    waiting?.resolve({ status: Number(head.slice(9, 12)), body });
  }

  #fail(error: Error): void {
    this.#waiting?.reject(error);
    this.#waiting = undefined;
  }
}

/** The whole body, or undefined while some of it is still to come. */
function bodyOf(head: string, rest: Buffer): Buffer | undefined {
  const length = /\r\ncontent-length: (\d+)/i.exec(head)?.[1];
  if (length !== undefined) return rest.length >= Number(length) ? rest : undefined;
  if (/\r\ntransfer-encoding: chunked/i.test(head)) {
    return rest.subarray(-5).toString('latin1') === '0\r\n\r\n' ? rest : undefined;
  }
  return rest;
}

/** The bytes of a GET. */
export function getRequest(origin: string, path: string, headers: Record<string, string>): Buffer {
  const lines = Object.entries({ Host: new URL(origin).host, ...headers }).map(([n, v]) => `${n}: ${v}`);
  return Buffer.from(`GET ${path} HTTP/1.1\r\n${lines.join('\r\n')}\r\n\r\n`);
}
