import type { Addresses, Mailbox, Outbox } from '../../ports/notices.js';
import type { Clock, Log } from '../../ports/runtime.js';
import type { Query } from './pools.js';

/** SQL for whose mailbox a recipient (a placeholder) means, and the address there. */
const people = (asked: string) => `
  select asked.recipient, who.principal, coalesce(p.email, a.email) as address
  from unnest(${asked}::text[]) asked (recipient)
  cross join lateral (
    select coalesce((select s.created_by from broker.service_accounts s where asked.recipient = 'sa:' || s.id),
      asked.recipient) as principal
    union select p.principal from broker.people p where asked.recipient = 'admins' and p.role = 'admin'
  ) who
  left join broker.people p on p.principal = who.principal
  left join broker.principal_addresses a on a.principal = who.principal
  where not coalesce(p.disabled, false) and coalesce(p.email, a.email) is not null`;

/** A mailbox is a channel like others, so that mail to people waits, is bundled and is tried again as all else. */
const KEEP = `
  insert into broker.notification_channels
    (id, name, kind, sealed_target, shown_target, min_severity, kinds, labels, recipient, created_at, created_by)
  select gen_random_uuid(), principal, 'mail', '', '', 'info', '{}', '{}', principal, $2, 'system'
  from unnest($1::text[]) principal
  on conflict (recipient) where recipient is not null do nothing`;

const FIND = 'select id, recipient from broker.notification_channels where recipient = any ($1::text[])';

/** Where people get mail. */
export function mailboxReads(query: Query): Pick<Outbox, 'mailboxes' | 'addressOf'> {
  return {
    async mailboxes(recipients, now) {
      const found = await query({ text: people('$1'), values: [recipients] });
      const principals = [...new Set(found.map((row) => String(row['principal'])))];
      const known = new Map<unknown, string>();
      if (principals.length > 0) {
        await query({ text: KEEP, values: [principals, now] });
        for (const row of await query({ text: FIND, values: [principals] }))
          known.set(row['recipient'], String(row['id']));
      }
      const boxes = new Map<string, Mailbox[]>();
      for (const row of found) {
        const channel = known.get(row['principal']);
        if (channel === undefined) continue;
        const recipient = String(row['recipient']);
        const box = { channel, address: String(row['address']) };
        boxes.set(recipient, [...(boxes.get(recipient) ?? []), box]);
      }
      return boxes;
    },
    async addressOf(principal) {
      const [row] = await query({ text: people('$1'), values: [[principal]] });
      return row === undefined ? null : String(row['address']);
    },
  };
}

const SEEN = `
  insert into broker.principal_addresses (principal, email, seen_at) values ($1, $2, $3)
  on conflict (principal) do update set email = excluded.email, seen_at = excluded.seen_at
  where principal_addresses.email <> excluded.email`;

const MOST_REMEMBERED = 10_000;

/** Postgres is asked only when an address is new to this process. */
export function addressBook(query: Query, clock: Clock, log: Log): Addresses {
  const known = new Map<string, string>();
  return {
    seen(principal, email) {
      if (known.get(principal) === email) return;
      if (known.size >= MOST_REMEMBERED) known.clear();
      known.set(principal, email);
      query({ text: SEEN, values: [principal, email, clock.now()] }).catch(() => {
        known.delete(principal);
        log.warn('address_not_kept');
      });
    },
  };
}
