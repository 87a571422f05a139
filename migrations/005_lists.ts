import type { Knex } from 'knex';

/** What keeps each page of a list as fast as the first one, for every filter and caller. */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(INDEXES);
  await knex.raw(SHORT_SEARCH);
  await knex.raw(GRANTS_BY_AGE);
  await knex.raw(LAST_USE);
  await knex.raw('analyze broker.credentials, broker.grants, broker.credential_last_use');
}

export async function down(knex: Knex): Promise<void> {
  await knex.raw(`
    drop trigger credential_last_use on broker.credentials;
    drop function broker.begin_last_use();
    drop table broker.credential_last_use;
    drop index broker.credential_usage_time;
    drop trigger grants_created_at on broker.grants;
    drop function broker.copy_created_at();
    alter table broker.grants drop column credential_created_at;
    drop index broker.credentials_short_search;
    drop function broker.letter_pairs(text);
    drop index broker.credentials_of_type, broker.credentials_of_health, broker.credentials_of_status,
      broker.credentials_expiry`);
}

/** The condition is the one that lists ask with. */
const INDEXES = `
  create index credentials_of_type on broker.credentials (service_type, created_at desc, id desc)
    where status not in ('deleted', 'destroying', 'destroyed');
  create index credentials_of_health on broker.credentials (health, created_at desc, id desc)
    where status not in ('deleted', 'destroying', 'destroyed');
  create index credentials_of_status on broker.credentials (status, created_at desc, id desc)
    where status <> 'active';
  create index credentials_expiry on broker.credentials (expires_at)
    where expires_at is not null and status not in ('deleted', 'destroying', 'destroyed')`;

/** A search for one or two letters has no trigram. */
const SHORT_SEARCH = `
  create function broker.letter_pairs(search_text text) returns text[]
  language sql immutable parallel safe set search_path = pg_catalog, pg_temp as $$
    select coalesce(array_agg(distinct substr(search_text, at, many)), '{}')
    from generate_series(1, length(search_text)) at cross join (values (1), (2)) lengths (many)
  $$;
  create index credentials_short_search on broker.credentials using gin (broker.letter_pairs(search_text))`;

/** A grant carries the age of its credential, which never changes, so that what is shared is found in its order. */
const GRANTS_BY_AGE = `
  alter table broker.grants add column credential_created_at timestamptz;
  update broker.grants g set credential_created_at = c.created_at from broker.credentials c
    where c.id = g.credential_id;
  alter table broker.grants alter column credential_created_at set not null;
  create function broker.copy_created_at() returns trigger
  language plpgsql set search_path = pg_catalog, pg_temp as $$
  begin
    select created_at into new.credential_created_at from broker.credentials where id = new.credential_id;
    return new;
  end $$;
  create trigger grants_created_at before insert on broker.grants
    for each row execute function broker.copy_created_at();
  create index grants_newest on broker.grants
    (subject_kind, subject, credential_created_at desc, credential_id desc)`;

/** Rolled up now and then from the usage rows, never by a read; it may lag, so lists look at the rows as well. */
const LAST_USE = `
  create table broker.credential_last_use (
    credential_id uuid primary key references broker.credentials (id),
    last_used_at timestamptz not null default '-infinity'
  );
  insert into broker.credential_last_use (credential_id, last_used_at)
    select c.id, coalesce(u.at, '-infinity') from broker.credentials c
      left join (select credential_id, max(used_at) as at from broker.credential_usage group by 1) u
        on u.credential_id = c.id;
  create index credential_last_use_oldest on broker.credential_last_use (last_used_at);
  create index credential_usage_time on broker.credential_usage using brin (used_at)
    with (pages_per_range = 32, autosummarize = on);
  create function broker.begin_last_use() returns trigger
  language plpgsql set search_path = pg_catalog, pg_temp as $$
  begin
    insert into broker.credential_last_use (credential_id) values (new.id);
    return null;
  end $$;
  create trigger credential_last_use after insert on broker.credentials
    for each row execute function broker.begin_last_use()`;
