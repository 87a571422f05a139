import type { CallContext } from '../../domain/access/caller.js';
import type { AuditEvent } from '../../domain/audit/audit.js';
import type { ReadableCredential } from '../../domain/credentials/credential.js';
import type { FieldValues } from '../../domain/credentials/fields.js';
import { BrokerError } from '../../domain/errors.js';
import type { UsageRow } from '../../ports/credentials.js';
import type { Ports } from '../../ports/ports.js';
import { auditEvent } from '../gate/auditEvent.js';
import { type Authorized, authorizeRead } from '../gate/authorize.js';
import { noticeBreakGlass } from '../sharing/breakGlass.js';
import { activeValues } from './storedVersion.js';

type Needs = Pick<Ports, 'clock' | 'records' | 'changes' | 'store' | 'auditLog'>;

/**
 * Reveals the active version to a caller who may read it. The audit row is durable before this resolves.
 * `values` is null when the caller already has `knownVersion`; that look-up is audited as well.
 */
export async function readCredential(
  ports: Needs,
  call: CallContext,
  id: string,
  options: { knownVersion?: number } = {},
): Promise<{ credential: ReadableCredential; version: number; values: FieldValues | null }> {
  const granted = await authorizeRead(ports, call, id);
  const { credential } = granted;
  if (options.knownVersion !== undefined && options.knownVersion === credential.activeVersion) {
    await ports.auditLog.record([readEvent(call, granted, 'allowed', { details: { not_modified: true } })]);
    return { credential, version: options.knownVersion, values: null };
  }
  const values = await activeValues(ports, credential).catch((error: unknown) =>
    refuse(ports, call, granted, error),
  );
  const event = readEvent(call, granted, 'allowed');
  if (granted.breakGlass) await noticeBreakGlass(ports, call, credential, event);
  await ports.auditLog.record(granted.breakGlass ? [] : [event], [usageOf(ports, call, credential.id, null)]);
  return { credential, version: credential.activeVersion ?? 0, values };
}

async function refuse(
  ports: Needs,
  call: CallContext,
  granted: Authorized<ReadableCredential>,
  error: unknown,
): Promise<never> {
  const code = error instanceof BrokerError ? error.code : 'internal_error';
  await ports.auditLog.record(
    [readEvent(call, granted, 'failed', { code })],
    [usageOf(ports, call, granted.credential.id, code)],
  );
  throw error;
}

function readEvent(
  call: CallContext,
  granted: Authorized<ReadableCredential>,
  outcome: 'allowed' | 'failed',
  more: Partial<AuditEvent> = {},
): AuditEvent {
  return auditEvent(call, 'credential.read', outcome, {
    credentialId: granted.credential.id,
    version: granted.credential.activeVersion,
    breakGlass: granted.breakGlass,
    breakGlassReason: granted.breakGlass ? (call.breakGlassReason ?? null) : null,
    ...more,
  });
}

/** The usage row of one value that was handed out, or, with an error code, could not be. */
export function usageOf(
  ports: Pick<Ports, 'clock'>,
  call: CallContext,
  credentialId: string,
  errorCode: string | null,
): UsageRow {
  return {
    credentialId,
    usedBy: call.usedBy ?? call.caller.principal,
    usedAt: ports.clock.now(),
    reported: false,
    success: errorCode === null,
    errorCode,
    purpose: call.purpose ?? null,
    caller: call.caller.principal,
  };
}
