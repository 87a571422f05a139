import type { ChangeTx } from '../../ports/changes.js';
import type { Notice } from '../../ports/notices.js';
import { auditEvent } from '../gate/auditEvent.js';
import { systemCall } from '../gate/systemCall.js';

/** Puts a notice that the broker itself makes into the outbox, with its audit row. */
export async function putNotice(tx: ChangeTx, notice: Notice): Promise<void> {
  await tx.notice(notice);
  const { credentialId, kind, period } = notice;
  const more = { credentialId, details: { kind, period } };
  tx.audit(auditEvent(systemCall(), 'notice.create', 'allowed', more));
}
