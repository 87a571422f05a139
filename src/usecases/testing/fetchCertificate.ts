import type { CallContext } from '../../domain/access/caller.js';
import { BrokerError, invalid } from '../../domain/errors.js';
import { isDeniedPort } from '../../domain/testing/deniedPorts.js';
import { OutboundFailure } from '../../domain/testing/outbound.js';
import { outboundFinding } from '../../domain/testing/outboundFinding.js';
import {
  failedStep,
  type ShownCertificate,
  type TestStep,
  type TestVerdict,
} from '../../domain/testing/testResult.js';
import type { Ports } from '../../ports/ports.js';
import type { OutboundSession } from '../../ports/testing.js';
import { auditEvent } from '../gate/auditEvent.js';
import { refuse, requireRole } from '../gate/refuse.js';

const DEADLINE_MS = 12_000;
/** For a turn at a host that others test. */
const WAIT_MS = 20_000;

export interface FetchedCertificates {
  host: string;
  port: number;
  finding: TestVerdict;
  failedStep: TestStep | null;
  /** The host's own first, then what it sent to vouch for that; empty when no handshake came about. */
  chain: readonly ShownCertificate[];
}

/**
 * The certificate of a host in a TLS handshake, so that a person can compare and pin it. No request is sent, and
 * nothing of a credential is involved. Engineers and up; the destination is audited before the result is shown.
 */
export async function fetchCertificate(
  ports: Pick<Ports, 'records' | 'auditLog' | 'outbound'>,
  call: CallContext,
  { host, port }: { host: string; port: number },
): Promise<FetchedCertificates> {
  await requireRole(ports, call, 'engineer', { action: 'tls.fetch' });
  const url = addressOf(host, port);
  const session = ports.outbound.open(DEADLINE_MS, WAIT_MS, call.caller.principal);
  try {
    const { finding, chain } = await shownBy(session, url).catch((error: unknown) => {
      if (error instanceof BrokerError)
        return refuse(ports, call, { action: 'tls.fetch', details: { host, port } }, error);
      throw error;
    });
    const step = failedStep(finding);
    await ports.auditLog.record([
      auditEvent(call, 'tls.fetch', finding.code === 'ok' ? 'allowed' : 'failed', {
        code: finding.code,
        details: { step, host, port, contacted: session.contacted },
      }),
    ]);
    return { host, port, finding, failedStep: step, chain };
  } finally {
    await session.close();
  }
}

function addressOf(host: string, port: number): URL {
  const text = `https://${host.includes(':') ? `[${host.replace(/^\[|\]$/g, '')}]` : host}:${port}`;
  if (/^[^\s/?#@\\]+$/.test(host) && URL.canParse(text)) return new URL(text);
  throw invalid({
    field: 'host',
    rule: 'must be a host name or an address, without spaces, scheme, port or path',
  });
}

async function shownBy(
  session: OutboundSession,
  url: URL,
): Promise<{ finding: TestVerdict; chain: readonly ShownCertificate[] }> {
  try {
    if (isDeniedPort(url)) throw new OutboundFailure('denied_port');
    return { finding: SHOWN, chain: await session.certificates(url) };
  } catch (error) {
    if (error instanceof OutboundFailure) return { finding: outboundFinding(error), chain: [] };
    throw error;
  }
}

const SHOWN: TestVerdict = {
  code: 'ok',
  advice:
    'The certificate is not verified yet: compare the fingerprint with the one on the host before you pin it.',
};
