import { createHash, randomUUID } from 'node:crypto';
import type { CallContext } from '../../domain/access/caller.js';
import { BrokerError } from '../../domain/errors.js';
import type { Secret } from '../../domain/secret.js';
import type { CliCode } from '../../ports/people.js';
import type { Ports } from '../../ports/ports.js';
import { auditEvent } from '../gate/auditEvent.js';
import { requireActiveCaller } from '../gate/authorize.js';
import { refuse } from '../gate/refuse.js';
import { beginSession, type LoggedIn } from './beginSession.js';
import { atTurn, refuseStranger, wrong } from './exchangeToken.js';
import { anonymousCall, type From, newSecret } from './issueToken.js';
import { currentSession } from './sessions.js';

type Needs = Pick<
  Ports,
  | 'clock'
  | 'records'
  | 'changes'
  | 'auditLog'
  | 'fingerprints'
  | 'tokenSigner'
  | 'loginPolicy'
  | 'loginAttempts'
  | 'usedOnce'
>;

const SECONDS = 60;
const PURPOSE = 'cli-code';

/** The id of a code; undefined for anything else. */
export const codeIdOf = (code: string): string | undefined => /^gdc_([0-9a-f-]{36})_/.exec(code)?.[1];

interface Wanted {
  /** RFC 7636, S256. */
  challenge: string;
  /** Where the command line waits, on the person's machine. */
  port: number;
  /** Whether the caller is known by the cookie of a browser. */
  isByCookie: boolean;
}

/**
 * A code with which a command line logs in as the caller, who has approved it in a browser. It is good once, for a minute,
 * and only with the verifier of `challenge`.
 */
export async function createCliCode(
  ports: Needs,
  call: CallContext,
  { challenge, port, isByCookie }: Wanted,
): Promise<{ code: Secret; expiresIn: number }> {
  await requireActiveCaller(ports, call, 'auth.cli_code');
  if (!isByCookie) {
    const detail = 'This call is for people in a browser. Log in to the page first.';
    return refuse(ports, call, { action: 'auth.cli_code' }, new BrokerError('forbidden', { detail }));
  }
  const session = await currentSession(ports, call);
  const id = randomUUID();
  const code = newSecret(`gdc_${id}`);
  const secretHmac = await ports.fingerprints.make(PURPOSE, code);
  const expiresAt = new Date(ports.clock.now().getTime() + SECONDS * 1000);
  await ports.changes.run(async (tx) => {
    await tx.insertCliCode({ id, secretHmac, challenge, sessionId: session.id, expiresAt });
    tx.audit(auditEvent(call, 'auth.cli_code', 'allowed', { details: { port } }));
  });
  return { code, expiresIn: SECONDS };
}

interface Shown {
  id: string;
  code: Secret;
  verifier: string;
}

/**
 * The login that a code is worth; it ends with the one that approved it, so that no login makes itself longer. A code is
 * spent also when the verifier is wrong. Whatever is wrong is one answer.
 */
export async function exchangeCliCode(
  ports: Needs,
  { id, code, verifier }: Shown,
  from: From,
): Promise<LoggedIn> {
  const known = await ports.usedOnce.cliCode(id);
  const right = await atTurn(
    ports,
    id,
    from,
    async () => known !== null && (await ports.fingerprints.matches(PURPOSE, code, known.secretHmac)),
  );
  if (known === null || !right) return refuseStranger(ports, id, from);
  const isFirst = await ports.usedOnce.useCliCode(id, ports.clock.now());
  if (!isFirst || !isProven(known, verifier)) return refuseStranger(ports, id, from);
  const session = await ports.records.session(known.sessionId);
  const person = session === null ? null : await ports.records.person(session.principal);
  const ended = session === null || session.revokedAt !== null || session.expiresAt <= ports.clock.now();
  if (ended || person === null || person.disabled) {
    const call = anonymousCall(from, session?.principal ?? 'anonymous');
    return refuse(ports, call, { action: 'auth.login' }, wrong());
  }
  const details = { approved_by: session.id };
  return beginSession(ports, person, { client: 'cli', from, details, endsAt: session.expiresAt });
}

function isProven({ challenge }: CliCode, verifier: string): boolean {
  if (!/^[\w.~-]{43,128}$/.test(verifier)) return false;
  return createHash('sha256').update(verifier).digest('base64url') === challenge;
}
