import type { Knex } from 'knex';
import { indexConcurrently, indexPartsConcurrently, WITHOUT_TRANSACTION } from './concurrently.js';

export const config = WITHOUT_TRANSACTION;

/** Indexes of reads that took longer with every row: one's own audit, variables that are filled, and notices. */
export async function up(knex: Knex): Promise<void> {
  // The order of the audit's list, read backwards: what is new comes behind what an actor has, which is cheapest to write.
  const columns = '(actor, at, chain, seq)';
  await indexPartsConcurrently(knex, { name: 'audit_events_of_actor', table: 'audit_events', columns });
  const variables = `on broker.credentials using gin (env_names) where status = 'active'`;
  await indexConcurrently(knex, 'credentials_variables', variables);
  const about = `coalesce(credential_id, '00000000-0000-0000-0000-000000000000'::uuid)`;
  const states = `on broker.notifications (${about}, kind, state, created_at)`;
  await indexConcurrently(knex, 'notifications_of_state', states);
  await knex.raw('analyze broker.notifications');
}

export async function down(knex: Knex): Promise<void> {
  await knex.raw(`
    drop index broker.audit_events_of_actor, broker.credentials_variables, broker.notifications_of_state`);
}
