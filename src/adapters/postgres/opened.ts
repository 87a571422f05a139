import type { OpenedCredential, Records } from '../../ports/records.js';
import type { Clock } from '../../ports/runtime.js';
import type { Query } from './pools.js';

/** `$1` a team or null, `$2` a principal or null, `$3` now. */
const OPENED = `
  with teams as (
    select $1::text as team union select m.team from broker.team_members m where m.principal = $2::text
  ), granted as (
    select g.credential_id from broker.grants g
    where g.level in ('read', 'manage') and (g.expires_at is null or g.expires_at > $3) and (
      (g.subject_kind = 'team' and g.subject in (select team from teams))
      or (g.subject_kind in ('user', 'service_account') and g.subject = $2::text))
  )
  select c.id, c.name, c.owner from broker.credentials c
  where (c.owner = $2::text or c.id in (select credential_id from granted))
    and c.status not in ('destroying', 'destroyed')
  order by c.id`;

/** What opens to whoever joins a team or acts as another principal. */
export function openedReads(query: Query, clock: Clock): Pick<Records, 'openedTo'> {
  return {
    async openedTo(whom) {
      const team = 'team' in whom ? whom.team : null;
      const principal = 'principal' in whom ? whom.principal : null;
      const rows = await query({ text: OPENED, values: [team, principal, clock.now()] });
      return rows.map(({ id, name, owner }) => ({ id, name, owner }) as OpenedCredential);
    },
  };
}
