import type { Knex } from 'knex';

/**
 * Answers to imports were stored with a row a line, and a line of a private key without quotes was taken for the name of
 * a variable. They go, with all other texts that came from there: a repeated import runs again and changes nothing.
 * Names are in one Unicode form from now on, where that clashes with no other name of the owner.
 */
export async function up(knex: Knex): Promise<void> {
  for (const statement of [ANSWERS, NAMES_LEFT, NONE_LEFT, DELIVERIES, NOTICES, ONE_FORM])
    await knex.raw(statement);
}

export async function down(): Promise<void> {
  // What is gone held texts that the broker must not keep; one Unicode form of a name is as good as the other.
}

const ANSWERS = `
  delete from broker.idempotency_keys
    where jsonb_exists_any(response->'body', array['rows', 'stillInEnvironment', 'warnings'])`;

const NAMES_LEFT = `
  update broker.env_leftovers l set names = kept.names from (
      select principal, array(select n from unnest(names) with ordinality as u (n, place)
        where n ~ '^[A-Za-z_][A-Za-z0-9_]*$|^MACHINE_CRED_[A-Za-z0-9_.-]*$' and length(n) <= 128 order by place) as names
      from broker.env_leftovers) kept
    where kept.principal = l.principal and kept.names is distinct from l.names`;

const NONE_LEFT = `delete from broker.env_leftovers where names = '{}'`;

/** Their deliveries first: they refer to them. */
const NO_NAMES = `kind = 'env_leftovers'
    and body->>'names' !~ '^[A-Za-z_][A-Za-z0-9_.-]{0,127}(, [A-Za-z_][A-Za-z0-9_.-]{0,127})*( and [0-9]+ more){0,1}$'`;

const DELIVERIES = `
  delete from broker.notification_deliveries where notification_id in (select id from broker.notifications where ${NO_NAMES})`;

const NOTICES = `delete from broker.notifications where ${NO_NAMES}`;

const ONE_FORM = `
  update broker.credentials c set name = normalize(c.name, nfc)
    where c.name is not nfc normalized and not exists (
      select from broker.credentials o
        where o.owner = c.owner and o.id <> c.id and normalize(o.name, nfc) = normalize(c.name, nfc))`;
