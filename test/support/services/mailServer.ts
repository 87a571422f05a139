import { once } from 'node:events';
import { SMTPServer } from 'smtp-server';

export interface CaughtMail {
  to: string[];
  /** The whole message as it came. */
  raw: string;
}

export interface MailServer {
  port: number;
  caught: CaughtMail[];
  /** While true it refuses every message for now. */
  down: boolean;
  /** Addresses that it refuses, while it takes others. */
  refused: Set<string>;
  close(): Promise<void>;
}

/** A real mail server on loopback that keeps what it is given. */
export async function startMailServer(): Promise<MailServer> {
  const caught: CaughtMail[] = [];
  const server = new SMTPServer({
    authOptional: true,
    disabledCommands: ['STARTTLS', 'AUTH'],
    onRcptTo({ address }, _session, done) {
      if (!mail.refused.has(address)) return done();
      done(Object.assign(new Error('not now'), { responseCode: 450 }));
    },
    onData(stream, session, done) {
      let raw = '';
      stream.on('data', (chunk: Buffer) => {
        raw += chunk.toString('utf8');
      });
      stream.on('end', () => {
        if (mail.down) return done(Object.assign(new Error('come back later'), { responseCode: 451 }));
        caught.push({ to: session.envelope.rcptTo.map(({ address }) => address), raw });
        done();
      });
    },
  });
  server.listen(0, '127.0.0.1');
  await once(server.server, 'listening');
  const address = server.server.address();
  if (address === null || typeof address === 'string') throw new Error('the mail server has no port');
  const mail: MailServer = {
    port: address.port,
    caught,
    down: false,
    refused: new Set(),
    close: () => new Promise((resolve) => server.close(() => resolve())),
  };
  return mail;
}

/** The plain text of a message, as a reader shows it. */
export function plainTextOf({ raw }: CaughtMail): string {
  const part = /Content-Type: text\/plain[^\r\n]*\r\n((?:[^\r\n]+\r\n)*)\r\n([\s\S]*?)\r\n--/i.exec(raw);
  const [, headers = '', body = ''] = part ?? [];
  const encoding = /Content-Transfer-Encoding: (\S+)/i.exec(headers)?.[1]?.toLowerCase();
  if (encoding === 'base64') return Buffer.from(body, 'base64').toString('utf8');
  if (encoding !== 'quoted-printable') return body;
  const bytes = body
    .replace(/=\r\n/g, '')
    .replace(/=([0-9A-F]{2})/g, (_all, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)));
  return Buffer.from(bytes, 'latin1').toString('utf8');
}
