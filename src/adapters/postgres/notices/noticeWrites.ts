import { severityIn } from '../../../domain/notices/channel.js';
import type { Notice, NoticeWrites } from '../../../ports/notices.js';
import type { Clock } from '../../../ports/runtime.js';
import type { Query } from '../core/pools.js';

const PUT = `
  insert into broker.notifications (credential_id, kind, period, recipient, body, severity, created_at)
  select n.credential_id, n.kind, n.period, n.recipient, n.body::jsonb, n.severity, $7
  from unnest($1::uuid[], $2::text[], $3::text[], $4::text[], $5::text[], $6::text[])
    n (credential_id, kind, period, recipient, body, severity)
  on conflict do nothing`;

const SNOOZE = `
  with dropped as (
    delete from broker.notification_deliveries
    where notification_id = $1 and state = 'pending' and not in_flight
  )
  update broker.notifications set snoozed_until = $3, snoozed_by = $2 where id = $1`;

/** Writes to notices in one transaction. */
export function noticeWrites(query: Query, clock: Clock): NoticeWrites {
  const put = async (notices: readonly Notice[]): Promise<void> => {
    if (notices.length === 0) return;
    const values = [
      notices.map((notice) => notice.credentialId),
      notices.map((notice) => notice.kind),
      notices.map((notice) => notice.period),
      notices.map((notice) => notice.recipient),
      notices.map((notice) => JSON.stringify(notice.body)),
      notices.map((notice) => severityIn(notice.kind, notice.body)),
      clock.now(),
    ];
    await query({ text: PUT, values });
  };
  return {
    notice: (notice) => put([notice]),
    notices: put,
    async acknowledgeNotice(id, by, at) {
      const text = `update broker.notifications set acknowledged_at = $3, acknowledged_by = $2
                    where id = $1 and acknowledged_at is null`;
      await query({ text, values: [id, by, at] });
    },
    async snoozeNotice(id, by, until) {
      await query({ text: SNOOZE, values: [id, by, until] });
    },
  };
}
