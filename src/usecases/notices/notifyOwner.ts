import type { Credential } from '../../domain/credentials/credential.js';
import { type NoticeKind, severityOf } from '../../domain/notices/notice.js';
import type { NoticeWrites } from '../../ports/notices.js';

/** Notifies the owner, once for each `id`, of a finding or another event. */
export async function notifyOwner(
  tx: NoticeWrites,
  row: Credential,
  kind: NoticeKind,
  { id, facts }: { id: string; facts: Record<string, unknown> },
): Promise<void> {
  await tx.notice({
    credentialId: row.id,
    kind,
    period: id,
    recipient: row.owner,
    body: { credential: row.name, service_type: row.serviceType, severity: severityOf(kind), ...facts },
  });
}
