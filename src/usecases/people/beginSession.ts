import { randomUUID } from 'node:crypto';
import type { Caller, Client } from '../../domain/access/caller.js';
import type { Secret } from '../../domain/secret.js';
import type { ChangeTx } from '../../ports/changes.js';
import type { Person, Session } from '../../ports/people.js';
import type { Ports } from '../../ports/ports.js';
import { auditEvent } from '../gate/auditEvent.js';
import { type From, type IssuedToken, issueToken, newSecret } from './issueToken.js';

type Needs = Pick<Ports, 'clock' | 'changes' | 'fingerprints' | 'tokenSigner' | 'loginPolicy'>;

export interface LoggedIn extends IssuedToken {
  refreshToken: Secret;
  mustChangePassword: boolean;
  session: Session;
  caller: Caller;
}

/** Who calls with a token of that login. */
export function callerOfPerson(person: Person, session: string): Caller {
  return {
    kind: 'user',
    principal: person.principal,
    name: person.name ?? person.username,
    role: person.role,
    mustChangePassword: person.mustChangePassword,
    session,
  };
}

interface Beginning {
  client: Client;
  from: From;
  /** For the audit, in addition to the client. */
  details?: Record<string, unknown>;
  /** Left out: as long as a login lasts. */
  endsAt?: Date;
  /** Puts the person into the tables first. */
  put?: (tx: ChangeTx) => Promise<void>;
}

/** A login of a person who has proven who they are: a session with its refresh token, and the first access token. */
export async function beginSession(
  ports: Needs,
  person: Person,
  { client, from, details = {}, endsAt, put }: Beginning,
): Promise<LoggedIn> {
  const { principal, mustChangePassword } = person;
  const now = ports.clock.now();
  const id = randomUUID();
  const refreshToken = newSecret(`gdr_${id}`);
  const session: Session = {
    id,
    principal,
    secretHmac: await ports.fingerprints.make('session', refreshToken),
    createdAt: now,
    expiresAt: endsAt ?? new Date(now.getTime() + ports.loginPolicy.sessionMs),
    revokedAt: null,
    client,
    lastUsedAt: null,
  };
  const caller = callerOfPerson(person, id);
  const token = await issueToken(ports, caller, session.expiresAt);
  await ports.changes.run(async (tx) => {
    await put?.(tx);
    await tx.insertSession(session);
    await tx.updatePerson(principal, { lastLoginAt: now });
    tx.audit(auditEvent({ caller, ...from }, 'auth.login', 'allowed', { details: { client, ...details } }));
  });
  return { ...token, refreshToken, mustChangePassword, session, caller };
}
