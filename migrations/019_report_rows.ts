import type { Knex } from 'knex';

/** How credentials stood is not kept for ever, and reports read drift from the findings. */
export async function up(knex: Knex): Promise<void> {
  await knex.raw('drop index broker.audit_events_drift');
  await knex.raw(FORGET_STATES);
  await knex.raw('revoke all on function broker.forget_states(timestamptz) from public');
}

export async function down(knex: Knex): Promise<void> {
  await knex.raw(`
    drop function broker.forget_states(timestamptz);
    create index audit_events_drift on broker.audit_events (at) where action = 'credential.drift_found'`);
}

/**
 * The app role may only append, so this removes for it, and only what is 400 days old. The last row of before stays, since
 * it says how the credential stood then, and the last one with a health, since what comes next is compared with it.
 */
const FORGET_STATES = `
  create function broker.forget_states(before timestamptz) returns bigint
  language plpgsql security definer set search_path = pg_catalog, pg_temp as $fn$
  declare
    gone bigint;
  begin
    if before > now() - interval '400 days' then
      raise exception 'too young to be forgotten' using errcode = '42501';
    end if;
    delete from broker.credential_states s
    where s.at < before
      and exists (select 1 from broker.credential_states l
        where l.credential_id = s.credential_id and l.id > s.id and l.at < before)
      and (s.health = 'unchecked' or exists (select 1 from broker.credential_states l
        where l.credential_id = s.credential_id and l.id > s.id and l.at < before and l.health <> 'unchecked'));
    get diagnostics gone = row_count;
    return gone;
  end $fn$`;
