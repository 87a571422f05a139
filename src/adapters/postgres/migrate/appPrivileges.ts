import type { Knex } from 'knex';

const FULL = [
  'credentials',
  'credential_versions',
  'write_intents',
  'grants',
  'offer_answers',
  'preferences',
  'teams',
  'team_members',
  'people',
  'disabled_principals',
  'service_accounts',
  'sessions',
  'used_once',
  'credential_usage',
  'test_runs',
  'events',
  'event_counter',
  'event_webhooks',
  'credential_last_use',
  'refusal_counts',
  'notifications',
  'idempotency_keys',
  'bulk_jobs',
  'bulk_items',
  'reports',
  'report_lines',
  'report_schedules',
  'notification_channels',
  'notification_deliveries',
  'principal_addresses',
  'env_leftovers',
  'import_marks',
  'worker_schedules',
  'worker_tasks',
  'worker_processes',
  'vault_findings',
  'report_only',
  'host_slots',
  'refused_accounts',
  'active_versions',
  'test_counts',
];
const APPEND_ONLY = ['audit_events', 'audit_checkpoints', 'credential_states'];

/**
 * Grants the role of the processes what it needs: rows of all tables, and of the audit only to append and read.
 * Partitions get no separate grant, so nobody can bypass their parent.
 */
export async function grantToApp(knex: Knex, role: string): Promise<void> {
  const list = (tables: string[]) => tables.map((table) => `broker.${table}`).join(', ');
  await knex.raw('grant usage on schema broker to ??', [role]);
  await knex.raw(`grant select, insert, update, delete on ${list(FULL)} to ??`, [role]);
  // At once: brokers that serve meanwhile are never without the right to write the audit.
  await knex.transaction(async (together) => {
    await together.raw(`revoke all on ${list(APPEND_ONLY)} from ??`, [role]);
    await together.raw(`grant select, insert on ${list(APPEND_ONLY)} to ??`, [role]);
  });
  await knex.raw('grant select on broker.migrations to ??', [role]);
  await knex.raw('grant execute on function broker.ensure_partitions() to ??', [role]);
  await knex.raw('grant execute on function broker.drop_partitions(text, timestamptz) to ??', [role]);
  await knex.raw('grant execute on function broker.drop_checkpoints(timestamptz) to ??', [role]);
  await knex.raw('grant execute on function broker.forget_states(timestamptz) to ??', [role]);
}
