import type { DisabledPrincipal, DisabledReads, DisabledWrites } from '../../../ports/people.js';
import type { Query } from '../core/pools.js';

const DISABLED = `
  select principal, disabled_at as "disabledAt", disabled_by as "disabledBy" from broker.disabled_principals
  union all select principal, disabled_at, disabled_by from broker.people where disabled
  order by principal`;

/** All disabled principals. */
export function disabledReads(query: Query): DisabledReads {
  return {
    async disabledPrincipals() {
      return await query<DisabledPrincipal>({ text: DISABLED });
    },
  };
}

/** By an admin's own word it stays disabled when its maker is enabled. */
const DISABLE = `
  insert into broker.disabled_principals (principal, disabled_by, disabled_at) values ($1, $2, $3)
  on conflict (principal) do update set disabled_with = null`;

const DISABLE_ACCOUNTS = `
  insert into broker.disabled_principals (principal, disabled_by, disabled_at, disabled_with)
  select 'sa:' || s.id, $2, $3, $1 from broker.service_accounts s where s.created_by = $1 and s.revoked_at is null
  on conflict do nothing`;

/** Writes of one transaction to who is disabled, and what goes with them. */
export function disabledWrites(query: Query): DisabledWrites {
  return {
    async disablePrincipal(principal, by, at) {
      await query({ text: DISABLE, values: [principal, by, at] });
    },
    async enablePrincipal(principal) {
      const text = 'delete from broker.disabled_principals where principal = $1 returning 1';
      return (await query({ text, values: [principal] })).length > 0;
    },
    async lockAccountsOf(principal) {
      const text = `select pg_advisory_xact_lock(hashtextextended('accounts of ' || $1::text, 0))`;
      await query({ text, values: [principal] });
    },
    async disableAccountsOf(principal, by, at) {
      await query({ text: DISABLE_ACCOUNTS, values: [principal, by, at] });
    },
    async enableAccountsOf(principal) {
      const text = 'delete from broker.disabled_principals where disabled_with = $1';
      await query({ text, values: [principal] });
    },
    async endSnoozesOf(principal, at) {
      const text = `update broker.notifications set snoozed_until = $2 where snoozed_by = $1 and snoozed_until > $2`;
      await query({ text, values: [principal, at] });
    },
  };
}
