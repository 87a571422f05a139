import type { Knex } from 'knex';

/** What a list of a report has beyond its first lines, which stand in the report's own row; a thousand a row. */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    create table broker.report_lines (
      report uuid not null references broker.reports (id) on delete cascade,
      list text not null,
      part integer not null,
      lines jsonb not null,
      primary key (report, list, part)
    )`);
}

export async function down(knex: Knex): Promise<void> {
  await knex.raw('drop table broker.report_lines');
}
