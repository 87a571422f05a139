import type { Knex } from 'knex';

/** Indexes of reads that took longer with every row: one's own audit, variables that are filled, and notices. */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(INDEXES);
  await knex.raw('analyze broker.notifications');
}

export async function down(knex: Knex): Promise<void> {
  await knex.raw(`
    drop index broker.audit_events_of_actor, broker.credentials_variables, broker.notifications_of_state`);
}

/** In the order of the audit's list, whose own key comes last. */
const INDEXES = `
  create index audit_events_of_actor on broker.audit_events (actor, at desc, chain desc, seq desc);
  create index credentials_variables on broker.credentials using gin (env_names) where status = 'active';
  create index notifications_of_state on broker.notifications
    (coalesce(credential_id, '00000000-0000-0000-0000-000000000000'::uuid), kind, state, created_at)`;
