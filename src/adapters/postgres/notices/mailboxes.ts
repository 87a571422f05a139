import type { Role } from '../../../domain/access/caller.js';
import { DAY_MS } from '../../../domain/time/units.js';
import type { Addresses, Mailbox, Outbox } from '../../../ports/notices.js';
import type { Clock, Log } from '../../../ports/runtime.js';
import { notShutOut } from '../access/reach.js';
import type { Query } from '../core/pools.js';

/**
 * Another issuer does not report that an admin lost the role: an admin who did not log in for this many days no
 * longer counts as one.
 */
const ADMIN_FOR_DAYS = 90;

/** SQL for whose mailboxes a recipient means, and the addresses there. Placeholders: the recipients, and now. */
const people = (asked: string, now: string) => `
  select asked.recipient, who.principal, coalesce(p.email, a.email) as address
  from unnest(${asked}::text[]) asked (recipient)
  cross join lateral (
    select coalesce((select s.created_by from broker.service_accounts s where asked.recipient = 'sa:' || s.id),
      asked.recipient) as principal
    union select p.principal from broker.people p where asked.recipient = 'admins' and p.role = 'admin'
      and (p.principal like 'local:%'
        or p.last_login_at > ${now}::timestamptz - interval '${ADMIN_FOR_DAYS} days')
    union select s.principal from broker.principal_addresses s
      where asked.recipient = 'admins' and s.role = 'admin'
        and s.seen_at > ${now}::timestamptz - interval '${ADMIN_FOR_DAYS} days'
    union select m.principal from broker.team_members m where asked.recipient = 'team:' || m.team
  ) who
  left join broker.people p on p.principal = who.principal
  left join broker.principal_addresses a on a.principal = who.principal
  where not coalesce(p.disabled, false) and ${notShutOut('who.principal')}
    and coalesce(p.email, a.email) is not null`;

/** A mailbox is a channel like others, so that mail to people waits, is bundled and is tried again as all else. */
const KEEP = `
  insert into broker.notification_channels
    (id, name, kind, sealed_target, shown_target, min_severity, kinds, labels, recipient, created_at, created_by)
  select gen_random_uuid(), principal, 'mail', '', '', 'info', '{}', '{}', principal, $2, 'system'
  from unnest($1::text[]) principal
  on conflict (recipient) where recipient is not null do nothing`;

const FIND = 'select id, recipient from broker.notification_channels where recipient = any ($1::text[])';

interface Found {
  recipient: string;
  principal: string;
  address: string;
}

/** Where people get mail. */
export function mailboxReads(query: Query): Pick<Outbox, 'mailboxes' | 'addressOf'> {
  return {
    async mailboxes(recipients, now) {
      const found = await query<Found>({ text: people('$1', '$2'), values: [recipients, now] });
      const principals = [...new Set(found.map(({ principal }) => principal))];
      const known = new Map<string, string>();
      if (principals.length > 0) {
        await query({ text: KEEP, values: [principals, now] });
        const kept = await query<{ id: string; recipient: string }>({ text: FIND, values: [principals] });
        for (const { id, recipient } of kept) known.set(recipient, id);
      }
      const boxes = new Map<string, Mailbox[]>();
      for (const { recipient, principal, address } of found) {
        const channel = known.get(principal);
        if (channel !== undefined)
          boxes.set(recipient, [...(boxes.get(recipient) ?? []), { channel, address }]);
      }
      return boxes;
    },
    async addressOf(principal, now) {
      const [found] = await query<Found>({ text: people('$1', '$2'), values: [[principal], now] });
      return found?.address ?? null;
    },
  };
}

const SEEN = `
  insert into broker.principal_addresses (principal, email, role, seen_at) values ($1, $2, $3, $4)
  on conflict (principal) do update set email = excluded.email, role = excluded.role, seen_at = excluded.seen_at`;

const MOST_REMEMBERED = 10_000;
const NOTED_EVERY_MS = DAY_MS;

/** Postgres is asked only for what is new to this process, and once a day. */
export function addressBook(query: Query, clock: Clock, log: Log): Addresses {
  const known = new Map<string, { email: string; role: Role; at: number }>();
  return {
    seen({ principal, role, email }) {
      if (email === undefined) return;
      const now = clock.now();
      const at = now.getTime();
      const before = known.get(principal);
      const same = before?.email === email && before.role === role;
      if (same && at - before.at < NOTED_EVERY_MS) return;
      if (known.size >= MOST_REMEMBERED) known.clear();
      known.set(principal, { email, role, at });
      query({ text: SEEN, values: [principal, email, role, now] }).catch(() => {
        known.delete(principal);
        log.warn('address_not_kept');
      });
    },
  };
}
