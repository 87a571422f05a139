import { X509Certificate } from 'node:crypto';
import { connect, createServer, type Socket } from 'node:net';

const HANDSHAKE = 22;
const CERTIFICATE = 11;
/** Fatal, bad_certificate (RFC 5246, 7.2.2), in the clear: it comes before the keys change. */
const BAD_CERTIFICATE = Buffer.from([21, 3, 3, 0, 2, 2, 42]);

export interface CertificateGate {
  port: number;
  close(): Promise<void>;
}

/**
 * Ends a TLS 1.2 handshake as Go's servers do, with an alert, when the client shows no certificate or another than
 * `known` (PEM). Node's own server can only cut the connection after the handshake.
 */
export async function startCertificateGate(target: number, known: string): Promise<CertificateGate> {
  const { raw } = new X509Certificate(known);
  const server = createServer((client) => {
    const upstream = connect(target, '127.0.0.1');
    const shown = certificateReader();
    let open = false;
    let held = Buffer.alloc(0);
    client.on('data', (chunk: Buffer) => {
      if (open) return void upstream.write(chunk);
      held = Buffer.concat([held, chunk]);
      const message = shown(chunk);
      if (message !== undefined && !message.includes(raw)) {
        upstream.destroy();
        return void client.end(BAD_CERTIFICATE);
      }
      open = message !== undefined;
      upstream.write(held);
      held = Buffer.alloc(0);
    });
    upstream.on('data', (chunk: Buffer) => void client.write(chunk));
    join(client, upstream);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  return {
    port: typeof address === 'object' && address !== null ? address.port : 0,
    close: () => new Promise((resolve) => server.close(() => resolve())),
  };
}

function join(client: Socket, upstream: Socket): void {
  for (const [one, other] of [
    [client, upstream],
    [upstream, client],
  ] as const) {
    one.on('error', () => one.destroy());
    one.once('close', () => other.destroy());
  }
}

/** Reads records until the client's Certificate message; undefined as long as it has not come. */
function certificateReader(): (chunk: Buffer) => Buffer | undefined {
  let bytes = Buffer.alloc(0);
  return (chunk) => {
    bytes = Buffer.concat([bytes, chunk]);
    while (bytes.length >= 5 && bytes.length >= 5 + bytes.readUInt16BE(3)) {
      const record = bytes.subarray(5, 5 + bytes.readUInt16BE(3));
      const isCertificate = bytes[0] === HANDSHAKE && record[0] === CERTIFICATE;
      bytes = bytes.subarray(5 + record.length);
      if (isCertificate) return record;
    }
    return undefined;
  };
}
