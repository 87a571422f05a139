import type { CallContext } from '../../domain/access/caller.js';
import { DAY_MS } from '../../domain/time/units.js';
import type { Consumer, UsageRow } from '../../ports/credentials.js';
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

const CONSUMERS_MS = 30 * DAY_MS;

/** Who used a credential in the last 30 days, how often, and how often it failed; the latest first. */
export async function listConsumers(
  ports: Needs,
  call: CallContext,
  id: string,
): Promise<{ since: Date; items: Consumer[] }> {
  await authorize(ports, call, id, 'see', 'credential.see');
  return ports.records.consumers(id, new Date(ports.clock.now().getTime() - CONSUMERS_MS));
}

/** A consumer's report on a value that it was given. */
export interface UsageReport {
  success: boolean;
  errorCode?: string | undefined;
  usedBy?: string | undefined;
  purpose?: string | undefined;
}

/** Records whether a value worked for its consumer; everybody who may use the credential may report. */
export async function reportUsage(
  ports: Needs,
  call: CallContext,
  id: string,
  report: UsageReport,
): Promise<void> {
  await authorize(ports, call, id, 'use', 'credential.usage_reported');
  const who = {
    ...call,
    ...(report.usedBy !== undefined && { usedBy: report.usedBy }),
    ...(report.purpose !== undefined && { purpose: report.purpose }),
  };
  const code = report.success ? null : (report.errorCode ?? 'failed');
  const row = { ...usageOf(ports, who, id, code), reported: true };
  const event = auditEvent(call, 'credential.usage_reported', 'allowed', {
    credentialId: id,
    details: { success: report.success },
  });
  await ports.auditLog.record([event], [row]);
}
