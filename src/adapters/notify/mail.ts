import { createTransport } from 'nodemailer';
import type { Message } from '../../domain/message.js';
import type { Secret } from '../../domain/secret.js';
import type { SendResult } from '../../ports/notices.js';
import { htmlOf, plainOf } from './mailText.js';

export interface SmtpOptions {
  host: string;
  port: number;
  /** `starttls` is demanded, not only tried. */
  tls: 'starttls' | 'tls' | 'none';
  from: string;
  user?: string;
  password?: Secret;
  caPem?: string;
}

const TIMEOUT_MS = 15_000;

/** Sends one message to all addresses; tells which of them the server refused, or by a code of ours why it took none. */
export function createMailer(smtp: SmtpOptions): (to: string[], message: Message) => Promise<SendResult> {
  const { user, password } = smtp;
  const transport = createTransport({
    host: smtp.host,
    port: smtp.port,
    secure: smtp.tls === 'tls',
    requireTLS: smtp.tls === 'starttls',
    ignoreTLS: smtp.tls === 'none',
    ...(user !== undefined && password !== undefined && { auth: { user, pass: password.reveal() } }),
    tls: { minVersion: 'TLSv1.2', ...(smtp.caPem !== undefined && { ca: smtp.caPem }) },
    connectionTimeout: TIMEOUT_MS,
    greetingTimeout: TIMEOUT_MS,
    socketTimeout: TIMEOUT_MS,
    // A text of ours is never a path or an address.
    disableFileAccess: true,
    disableUrlAccess: true,
  });
  const domain = smtp.from.replace(/^.*@/, '').replace(/[^a-zA-Z0-9.-]/g, '') || 'localhost';
  return async (to, message) => {
    try {
      const { rejected } = await transport.sendMail({
        from: smtp.from,
        to,
        subject: message.subject.slice(0, 200),
        // The same when it is sent again: a mailbox that has it already can tell.
        messageId: `<${message.id}@${domain}>`,
        text: message.page?.text ?? plainOf(message),
        html: message.page?.html ?? htmlOf(message),
        headers: { 'Auto-Submitted': 'auto-generated' },
      });
      return { code: null, refused: rejected };
    } catch (error) {
      return { code: codeOf(error), refused: [] };
    }
  };
}

const CODES: Readonly<Record<string, string>> = {
  EAUTH: 'mail_login_refused',
  EENVELOPE: 'address_refused',
  ETLS: 'tls_handshake',
  ETIMEDOUT: 'timed_out',
  ECONNECTION: 'connection_lost',
  ESOCKET: 'refused',
  EDNS: 'name_not_found',
};

/** The server's own words may quote addresses and hosts, so they stay outside. */
function codeOf(error: unknown): string {
  if (!(error instanceof Error)) return 'mail_server_refused';
  const code = 'code' in error ? String(error.code) : '';
  // What broke after the server was reached may have been taken by it.
  const reached = !('syscall' in error && error.syscall === 'connect');
  if (code === 'ESOCKET' && reached) return 'connection_lost';
  return CODES[code] ?? 'mail_server_refused';
}
