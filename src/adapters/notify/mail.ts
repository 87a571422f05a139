import { hostname } from 'node:os';
import { createTransport } from 'nodemailer';
import { wireAddress } from '../../domain/notices/mailAddress.js';
import type { Message } from '../../domain/notices/message.js';
import type { Secret } from '../../domain/secret.js';
import type { SendResult } from '../../ports/notices.js';
import { mailFailure } from './mailFailure.js';
import { htmlOf, plainOf } from './mailText.js';

export interface SmtpOptions {
  host: string;
  port: number;
  /** `starttls` is demanded, not only tried. */
  tls: 'starttls' | 'tls' | 'none';
  from: string;
  /** The name that this host gives in EHLO; left out: its own full name, else the domain of `from`. */
  name?: string;
  user?: string;
  password?: Secret;
  caPem?: string;
}

const TIMEOUT_MS = 15_000;

/** Sends one message to all addresses; returns those that the server refused, or a code of ours for why it took none. */
export function createMailer(smtp: SmtpOptions): (to: string[], message: Message) => Promise<SendResult> {
  const { user, password } = smtp;
  const domain = domainOf(smtp.from);
  const transport = createTransport({
    host: smtp.host,
    port: smtp.port,
    // Relays refuse a client that names itself by an address literal or without a domain.
    name: smtp.name ?? fullName(hostname(), domain),
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
  return async (to, message) => {
    try {
      const { rejected } = await transport.sendMail({
        from: smtp.from,
        to: to.map(onTheWire),
        subject: message.subject.slice(0, 200),
        // The same when it is sent again, so that a mailbox can recognize a duplicate.
        messageId: `<${message.id}@${domain}>`,
        text: message.page?.text ?? plainOf(message),
        html: message.page?.html ?? htmlOf(message),
        // The second one keeps Exchange from answering for people who are away.
        headers: { 'Auto-Submitted': 'auto-generated', 'X-Auto-Response-Suppress': 'All' },
      });
      return { code: null, refused: to.filter((address) => rejected.includes(onTheWire(address))) };
    } catch (error) {
      return { code: mailFailure(error), refused: [] };
    }
  };
}

/** The domain of `broker@lab.example` and of `Broker <broker@lab.example>`, in ASCII. */
function domainOf(from: string): string {
  const [, address = from] = /<([^<>]+)>\s*$/.exec(from) ?? [];
  return (
    onTheWire(address)
      .replace(/^.*@/, '')
      .replace(/[^a-zA-Z0-9.-]/g, '') || 'localhost'
  );
}

const onTheWire = (address: string): string => wireAddress(address) ?? address;

const fullName = (host: string, domain: string): string => (host.includes('.') ? host : domain);
