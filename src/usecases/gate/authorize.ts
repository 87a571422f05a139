import { BAD_TOKEN, type CallContext } from '../../domain/access/caller.js';
import { type Decision, decide, type Standing, type Verb } from '../../domain/access/grant.js';
import type { AuditAction } from '../../domain/audit/audit.js';
import type {
  Credential,
  CredentialStatus,
  ReadableCredential,
} from '../../domain/credentials/credential.js';
import { BrokerError, notFound } from '../../domain/errors.js';
import type { Ports } from '../../ports/ports.js';
import type { Access } from '../../ports/reading.js';
import { auditEvent } from './auditEvent.js';

export interface Authorized<C = Credential> extends Standing {
  credential: C;
  /** True when only an admin's reason opened it: audited and reported to the owner. */
  breakGlass: boolean;
}

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;

/** In which states a credential answers to a verb; in all others it is as if it were not there. */
const REACHABLE: Readonly<Record<Verb, readonly CredentialStatus[]>> = {
  see: ['pending', 'active', 'disabled', 'deleted'],
  use: ['active', 'disabled'],
  read: ['active', 'disabled'],
  edit: ['active', 'disabled'],
  rotate: ['active', 'disabled'],
  share: ['active', 'disabled'],
  delete: ['pending', 'active', 'disabled', 'deleted'],
};

/**
 * The first line of every use case that names one credential: decides, and audits a refusal before it is returned.
 * Rejects with `unauthenticated`, `not_found` (the same for missing and not visible), `forbidden` or
 * `reason_required`.
 */
export async function authorize(
  ports: Pick<Ports, 'records' | 'auditLog'>,
  call: CallContext,
  id: string,
  verb: Verb,
  action: AuditAction,
): Promise<Authorized> {
  return judge(ports, call, id, { verb, action, access: await ports.records.access(call.caller, id) });
}

/** The same for a read of the value, with no more of the credential than that needs. */
export async function authorizeRead(
  ports: Pick<Ports, 'records' | 'auditLog'>,
  call: CallContext,
  id: string,
): Promise<Authorized<ReadableCredential>> {
  const access = await ports.records.readAccess(call.caller, id);
  return judge(ports, call, id, { verb: 'read', action: 'credential.read', access });
}

async function judge<C extends { status: CredentialStatus }>(
  ports: Pick<Ports, 'auditLog'>,
  call: CallContext,
  id: string,
  { verb, action, access }: { verb: Verb; action: AuditAction; access: Access<C> },
): Promise<Authorized<C>> {
  // As it was requested, existing or not: the caller's own audit rows must not reveal which of the two it is.
  const asked = UUID.test(id) ? id : null;
  if (!access.callerActive) return refuseEnded(ports, call, { tried: action, credentialId: asked });
  const { credential } = access;
  const reachable = credential !== null && REACHABLE[verb].includes(credential.status);
  const decision: Decision = reachable ? decide(call.caller, access, verb) : 'hidden';
  if (credential !== null && decision === 'allowed') return { ...access, credential, breakGlass: false };
  if (credential !== null && decision === 'reason_required' && call.breakGlassReason !== undefined) {
    return { ...access, credential, breakGlass: true };
  }
  const refusal = refusalOf(decision, verb);
  await ports.auditLog.record([
    auditEvent(call, action, 'denied', {
      credentialId: asked,
      code: refusal.code,
      details: { verb },
    }),
  ]);
  throw refusal;
}

function refusalOf(decision: Decision, verb: Verb): BrokerError {
  if (decision === 'reason_required') {
    return new BrokerError('reason_required', {
      detail:
        'This credential is not yours and not shared with you. As an admin you can read it with a reason. Add the header X-Break-Glass-Reason; the owner is notified.',
    });
  }
  if (decision === 'denied') {
    return new BrokerError('forbidden', {
      detail: `You can see this credential, but your role or grant does not allow you to ${verb} it.`,
    });
  }
  return notFound();
}

/** Audits that a good token came from an account that is disabled, revoked or gone, or after its login ended; rejects. */
export async function refuseEnded(
  ports: Pick<Ports, 'auditLog'>,
  call: CallContext,
  { tried, credentialId = null }: { tried?: AuditAction | undefined; credentialId?: string | null } = {},
): Promise<never> {
  const details = tried === undefined ? {} : { tried };
  const more = { credentialId, code: 'unauthenticated', details };
  await ports.auditLog.record([auditEvent(call, 'auth.refused', 'denied', more)]);
  throw new BrokerError('unauthenticated', { detail: BAD_TOKEN });
}

/** For calls that name no credential: the account must still be good; audited when it is not. */
export async function requireActiveCaller(
  ports: Pick<Ports, 'records' | 'auditLog'>,
  call: CallContext,
  tried?: AuditAction,
): Promise<void> {
  if (!(await ports.records.callerActive(call.caller))) await refuseEnded(ports, call, { tried });
}
