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
  close(): Promise<void>;
}

/** A real mail server on loopback that keeps what it is given. */
export async function startMailServer(): Promise<MailServer> {
  const caught: CaughtMail[] = [];
  const server = new SMTPServer({
    authOptional: true,
    disabledCommands: ['STARTTLS', 'AUTH'],
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
    close: () => new Promise((resolve) => server.close(() => resolve())),
  };
  return mail;
}
