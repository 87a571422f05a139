import type { CallContext } from '../../domain/access/caller.js';
import { BrokerError, invalid, notFound } from '../../domain/errors.js';
import { canBePutOff, isUserAction } from '../../domain/notices/notice.js';
import { DAY_MS } from '../../domain/time/units.js';
import type { ListedNotice, NoticeFilter } from '../../ports/notices.js';
import type { Page, PageRequest } from '../../ports/page.js';
import type { Ports } from '../../ports/ports.js';
import { auditEvent } from '../gate/auditEvent.js';
import { requireActiveCaller } from '../gate/authorize.js';
import { refuse } from '../gate/refuse.js';

type Needs = Pick<Ports, 'clock' | 'records' | 'changes' | 'auditLog'>;

const LONGEST_MS = 366 * DAY_MS;

/**
 * The notices that the caller received or can see: those for them or about what they own or manage; for an admin all.
 */
export async function listNotices(
  ports: Needs,
  call: CallContext,
  filter: NoticeFilter,
  page: PageRequest,
): Promise<Page<ListedNotice>> {
  await requireActiveCaller(ports, call);
  return ports.records.notices(call.caller, filter, page);
}

/** The same is not sent again until it changes. Only a recipient can acknowledge an action of a user. */
export async function acknowledgeNotice(ports: Needs, call: CallContext, id: string): Promise<ListedNotice> {
  const notice = await seen(ports, call, id);
  if (isUserAction(notice.kind) && notice.recipient !== call.caller.principal) {
    const detail = 'Only a recipient of this notice can acknowledge it.';
    const refused = { action: 'notice.acknowledge', details: { notice: id } } as const;
    await refuse(ports, call, refused, new BrokerError('forbidden', { detail }));
  }
  await ports.changes.run(async (tx) => {
    await tx.acknowledgeNotice(id, call.caller.principal, ports.clock.now());
    tx.audit(auditEvent(call, 'notice.acknowledge', 'allowed', about(notice)));
  });
  return seen(ports, call, id);
}

/** The same is not sent again before `until`, and then once more if it still applies. Reminders only. */
export async function snoozeNotice(
  ports: Needs,
  call: CallContext,
  id: string,
  until: Date,
): Promise<ListedNotice> {
  const notice = await seen(ports, call, id);
  const now = ports.clock.now();
  if (until <= now) throw invalid({ field: 'until', rule: 'must be in the future' });
  if (until.getTime() - now.getTime() > LONGEST_MS)
    throw invalid({ field: 'until', rule: 'must be within a year' });
  if (!canBePutOff(notice.kind))
    throw new BrokerError('conflict', { detail: 'This notice can’t be snoozed; acknowledge it.' });
  await ports.changes.run(async (tx) => {
    await tx.snoozeNotice(id, call.caller.principal, until);
    const { credentialId, details } = about(notice);
    const more = { credentialId, details: { ...details, until: until.toISOString() } };
    tx.audit(auditEvent(call, 'notice.snooze', 'allowed', more));
  });
  return seen(ports, call, id);
}

async function seen(ports: Needs, call: CallContext, id: string): Promise<ListedNotice> {
  await requireActiveCaller(ports, call);
  const notice = await ports.records.seenNotice(call.caller, id);
  if (notice === null) throw notFound('notice');
  return notice;
}

const about = ({ id, kind, credentialId }: ListedNotice) => ({ credentialId, details: { notice: id, kind } });
