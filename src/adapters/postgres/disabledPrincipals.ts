import type { ChangeTx } from '../../ports/changes.js';
import type { DisabledPrincipal } from '../../ports/people.js';
import type { Records } from '../../ports/records.js';
import type { Query } from './pools.js';

const DISABLED = `
  select principal, disabled_at, disabled_by from broker.disabled_principals
  union all select principal, disabled_at, disabled_by from broker.people where disabled
  order by principal`;

/** Everybody who is shut out. */
export function disabledReads(query: Query): Pick<Records, 'disabledPrincipals'> {
  return {
    async disabledPrincipals() {
      const rows = await query({ text: DISABLED });
      return rows.map(
        (row) =>
          ({
            principal: row['principal'],
            disabledAt: row['disabled_at'],
            disabledBy: row['disabled_by'],
          }) as DisabledPrincipal,
      );
    },
  };
}

export function disabledWrites(query: Query): Pick<ChangeTx, 'disablePrincipal' | 'enablePrincipal'> {
  return {
    async disablePrincipal(principal, by, at) {
      const text = `insert into broker.disabled_principals (principal, disabled_by, disabled_at)
                    values ($1, $2, $3) on conflict do nothing`;
      await query({ text, values: [principal, by, at] });
    },
    async enablePrincipal(principal) {
      await query({
        text: 'delete from broker.disabled_principals where principal = $1',
        values: [principal],
      });
    },
  };
}
