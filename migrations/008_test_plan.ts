import type { Knex } from 'knex';

/**
 * Earlier credentials are tested automatically too, spread over six hours: but not those that were refused, nor those
 * that were changed and not tested since, which may have been for a new destination.
 */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    update broker.credentials set next_test_at = now() + random() * interval '6 hours'
    where next_test_at is null and status in ('active', 'disabled', 'deleted') and health <> 'rejected'
      and not (health = 'unchecked' and latest_version > 1)`);
}

export async function down(knex: Knex): Promise<void> {
  await knex.raw('update broker.credentials set next_test_at = null');
}
