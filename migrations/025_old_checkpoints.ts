import type { Knex } from 'knex';

/** Checkpoints go with the months whose rows they signed. */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(DROP_CHECKPOINTS);
  await knex.raw('revoke all on function broker.drop_checkpoints(timestamptz) from public');
}

export async function down(knex: Knex): Promise<void> {
  await knex.raw('drop function broker.drop_checkpoints(timestamptz)');
}

/**
 * The app role may only append, so this removes for it: what a checkpoint says was removed with months of the audit,
 * and nothing that is younger than a year. Those that record drops stay, since they vouch for what is missing.
 */
const DROP_CHECKPOINTS = `
  create function broker.drop_checkpoints(before timestamptz) returns bigint
  language plpgsql security definer set search_path = pg_catalog, pg_temp as $fn$
  declare
    newest timestamp := date_trunc('month', now() at time zone 'UTC') - interval '12 months';
    up_to bigint;
    gone bigint;
  begin
    if before at time zone 'UTC' > newest then
      raise exception 'too young to be dropped' using errcode = '42501';
    end if;
    select max((payload::jsonb -> 'dropped' -> 'checkpoints' ->> 'number')::bigint) into up_to
      from broker.audit_checkpoints
      where payload like '%"dropped":%' and (payload::jsonb -> 'dropped' ->> 'before')::timestamptz <= before;
    delete from broker.audit_checkpoints
      where number <= up_to and at < before and payload not like '%"dropped":%';
    get diagnostics gone = row_count;
    return gone;
  end $fn$`;
