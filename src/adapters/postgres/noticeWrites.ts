import { severityIn } from '../../domain/channel.js';
import type { ChangeTx } from '../../ports/changes.js';
import type { Clock } from '../../ports/runtime.js';
import { toSql } from './credentialRow.js';
import type { Query } from './pools.js';

type NoticeWrites = Pick<ChangeTx, 'notice' | 'acknowledgeNotice' | 'snoozeNotice' | 'setEnvLeftovers'>;

const PUT = `
  insert into broker.notifications (credential_id, kind, period, recipient, body, severity, created_at)
  values ($1, $2, $3, $4, $5, $6, $7) on conflict do nothing`;

const SNOOZE = `
  with dropped as (
    delete from broker.notification_deliveries
    where notification_id = $1 and state = 'pending' and not in_flight
  )
  update broker.notifications set snoozed_until = $3, snoozed_by = $2 where id = $1`;

/** An import that leaves the same names starts no new weeks of reminders. */
const LEFTOVERS = `
  insert into broker.env_leftovers as before (principal, names, imported_at) values ($1, $2, $3)
  on conflict (principal) do update set names = excluded.names, imported_at = excluded.imported_at
  where before.names is distinct from excluded.names`;

/** Writes of one transaction to what people are told. */
export function noticeWrites(query: Query, clock: Clock): NoticeWrites {
  return {
    async notice({ credentialId, kind, period, recipient, body }) {
      const severity = severityIn(kind, body);
      const values = [credentialId, kind, period, recipient, toSql(body), severity, clock.now()];
      await query({ text: PUT, values });
    },
    async acknowledgeNotice(id, by, at) {
      const text = `update broker.notifications set acknowledged_at = $3, acknowledged_by = $2
                    where id = $1 and acknowledged_at is null`;
      await query({ text, values: [id, by, at] });
    },
    async snoozeNotice(id, by, until) {
      await query({ text: SNOOZE, values: [id, by, until] });
    },
    async setEnvLeftovers(principal, names, at) {
      if (names.length > 0) await query({ text: LEFTOVERS, values: [principal, names, at] });
      else
        await query({ text: 'delete from broker.env_leftovers where principal = $1', values: [principal] });
    },
  };
}
