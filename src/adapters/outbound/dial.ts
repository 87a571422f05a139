import { X509Certificate } from 'node:crypto';
import { connect as connectTcp, isIP, type Socket } from 'node:net';
import {
  checkServerIdentity,
  connect as connectTls,
  createSecureContext,
  type DetailedPeerCertificate,
  type PeerCertificate,
  TLSSocket,
} from 'node:tls';
import { OutboundFailure, type OutboundReason, type TlsChoice } from '../../domain/testing/outbound.js';
import { type ShownCertificate, serviceText } from '../../domain/testing/testResult.js';
import { asFailure, reasonOf } from './reasons.js';

export interface Destination {
  /** As the URL spells it, without brackets; what a certificate is checked against. */
  host: string;
  port: number;
  /** Resolved and allowed, in the order in which they are tried. */
  addresses: readonly string[];
  secure: boolean;
  tls: TlsChoice;
  /** True when that far end may be spoken to: it is looked at again once connected. */
  allowed(address: string, port: number): boolean;
  /** Hears when the connection is open, and when its certificate is accepted. */
  reached?(step: 'address' | 'tls'): void;
}

/**
 * A connection to exactly one of the addresses, with the certificate judged before a byte of a request is sent.
 * Rejects with `OutboundFailure`; the signal ends it.
 */
export async function dial(to: Destination, signal: AbortSignal): Promise<Socket> {
  const socket = await connectAny(to, signal);
  try {
    const { remoteAddress, remotePort } = socket;
    // A host that closed the connection immediately leaves no address to check again, and no connection to use.
    if (remoteAddress === undefined || remotePort === undefined) throw new OutboundFailure('reset');
    if (!to.allowed(remoteAddress, remotePort)) throw new OutboundFailure('denied_by_policy');
    to.reached?.('address');
    if (socket instanceof TLSSocket) {
      await opened(socket, 'secureConnect', signal);
      judge(socket, to.tls);
      to.reached?.('tls');
    }
    return socket;
  } catch (error) {
    socket.destroy();
    throw asFailure(error, signal);
  }
}

async function connectAny(to: Destination, signal: AbortSignal): Promise<Socket> {
  const start = to.secure ? secureSockets(to) : plainSockets(to);
  let last: unknown;
  for (const address of to.addresses) {
    const socket = start(address);
    try {
      await opened(socket, 'connect', signal);
      return socket;
    } catch (error) {
      last = error;
      if (signal.aborted) break;
    }
  }
  throw asFailure(last, signal);
}

const plainSockets = (to: Destination) => (address: string) =>
  connectTcp({ host: address, port: to.port, noDelay: true });

function secureSockets({ host, port, tls }: Destination): (address: string) => Socket {
  const name = (tls.serverName ?? host).replace(/\.$/, '');
  const secureContext = contextOf(tls);
  return (address) =>
    connectTls({
      host: address,
      port,
      secureContext,
      servername: isIP(name) === 0 ? name : '',
      ALPNProtocols: ['http/1.1'],
      // Checked once the connection is open, so that the certificate of the host can be reported; nothing is sent
      // before.
      rejectUnauthorized: false,
      checkServerIdentity: (_host, certificate) => checkServerIdentity(name, certificate),
    });
}

function contextOf(tls: TlsChoice) {
  try {
    return createSecureContext({
      minVersion: 'TLSv1.2',
      ...(tls.mode === 'custom_ca' ? { ca: tls.caPem ?? '' } : {}),
      ...(tls.clientCertPem === undefined ? {} : { cert: tls.clientCertPem }),
      ...(tls.clientKeyPem === undefined ? {} : { key: tls.clientKeyPem.reveal() }),
      ...(tls.clientKeyPassphrase === undefined ? {} : { passphrase: tls.clientKeyPassphrase.reveal() }),
    });
  } catch {
    // The library's message may quote what it could not read.
    throw new OutboundFailure('bad_tls_settings');
  }
}

/** Rejects with what is wrong with the certificate, and shows it. */
function judge(socket: TLSSocket, tls: TlsChoice): void {
  if (tls.mode === 'insecure') return;
  const shown = socket.getPeerCertificate();
  if (tls.mode === 'fingerprint') {
    const bare = (text: string | undefined) => (text ?? '').replaceAll(':', '').toUpperCase();
    if (bare(tls.fingerprintSha256) === bare(shown.fingerprint256) && bare(shown.fingerprint256) !== '')
      return;
    throw new OutboundFailure('fingerprint_mismatch', { certificate: certificateOf(shown) });
  }
  if (socket.authorized) return;
  const code = String(socket.authorizationError);
  const reason = reasonOf({ code });
  throw new OutboundFailure(
    reason === 'reset' ? 'untrusted_certificate' : (chainReason(code, shown, tls) ?? reason),
    {
      certificate: certificateOf(shown),
    },
  );
}

/** What a bundle lacks that was given for this host; undefined where it is not that. */
function chainReason(code: string, shown: PeerCertificate, tls: TlsChoice): OutboundReason | undefined {
  const open = /^UNABLE_TO_(VERIFY_LEAF_SIGNATURE|GET_ISSUER_CERT(_LOCALLY)?)$/.test(code);
  if (!open || tls.mode !== 'custom_ca' || tls.caPem === undefined || shown.raw === undefined)
    return undefined;
  const own = new X509Certificate(shown.raw);
  const given = tls.caPem.match(/-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g) ?? [];
  const issued = given.some((pem) => own.checkIssued(new X509Certificate(pem)));
  return issued ? 'missing_root' : 'missing_issuer';
}

const LONGEST_CHAIN = 10;

/** What the host showed, its own certificate first, then those that it sent to vouch for that. */
export function chainOf(socket: TLSSocket): ShownCertificate[] {
  const chain: ShownCertificate[] = [];
  let one: DetailedPeerCertificate | undefined = socket.getPeerCertificate(true);
  while (one?.fingerprint256 !== undefined && chain.length < LONGEST_CHAIN) {
    chain.push(certificateOf(one));
    // A certificate that vouches for itself is its own issuer.
    one = one.issuerCertificate === one ? undefined : one.issuerCertificate;
  }
  return chain;
}

function certificateOf(shown: ReturnType<TLSSocket['getPeerCertificate']>): ShownCertificate {
  return {
    fingerprintSha256: serviceText(shown.fingerprint256),
    subject: serviceText(shown.subject?.CN),
    issuer: serviceText(shown.issuer?.CN),
    validFrom: serviceText(shown.valid_from),
    validTo: serviceText(shown.valid_to),
  };
}

function opened(socket: Socket, event: 'connect' | 'secureConnect', signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const stop = () => socket.destroy(new Error('aborted'));
    const settle = (act: () => void) => {
      signal.removeEventListener('abort', stop);
      act();
    };
    if (signal.aborted) stop();
    signal.addEventListener('abort', stop, { once: true });
    socket.once(event, () => settle(resolve));
    socket.on('error', (error) => settle(() => reject(error)));
    socket.once('close', () =>
      settle(() => reject(Object.assign(new Error('closed'), { code: 'ECONNRESET' }))),
    );
  });
}
