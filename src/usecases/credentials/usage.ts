import type { UsageBody } from '../../api/credentials.js';
import type { CallContext } from '../../domain/access/caller.js';
import type { UsageRow } from '../../ports/credentials.js';
import type { Page, PageRequest } from '../../ports/page.js';
import type { Ports } from '../../ports/ports.js';
import { auditEvent } from '../gate/auditEvent.js';
import { authorize } from '../gate/authorize.js';
import { usageOf } from '../reading/readCredential.js';

type Needs = Pick<Ports, 'clock' | 'records' | 'auditLog'>;

/** Who used a credential, when, and whether it worked; newest first. */
export async function listUsage(
  ports: Needs,
  call: CallContext,
  id: string,
  page: PageRequest,
): Promise<Page<UsageRow>> {
  await authorize(ports, call, id, 'see', 'credential.see');
  return ports.records.usage(id, page);
}

/** A consumer tells whether the value it was given worked. Whoever may use the credential may tell. */
export async function reportUsage(
  ports: Needs,
  call: CallContext,
  id: string,
  body: UsageBody,
): Promise<void> {
  await authorize(ports, call, id, 'use', 'credential.usage_reported');
  const who = {
    ...call,
    ...(body.used_by !== undefined && { usedBy: body.used_by }),
    ...(body.purpose !== undefined && { purpose: body.purpose }),
  };
  const code = body.success ? null : (body.error_code ?? 'failed');
  const row = { ...usageOf(ports, who, id, code), reported: true };
  const event = auditEvent(call, 'credential.usage_reported', 'allowed', {
    credentialId: id,
    details: { success: body.success },
  });
  await ports.auditLog.record([event], [row]);
}
