import type { Knex } from 'knex';

/**
 * A channel of a team ends with the team: another team that gets the name is not its successor. Channels of teams that are
 * gone already have nothing to send; they are removed.
 */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    update broker.report_schedules r set channels = (
      select coalesce(array_agg(c.id), '{}') from broker.notification_channels c
      where c.id = any (r.channels) and (c.team is null or c.team in (select name from broker.teams)))
    where exists (select 1 from broker.notification_channels c
      where c.id = any (r.channels) and c.team is not null and c.team not in (select name from broker.teams));
    delete from broker.notification_channels c
      where c.team is not null and c.team not in (select name from broker.teams);
    alter table broker.notification_channels add constraint notification_channels_team
      foreign key (team) references broker.teams (name) on delete cascade`);
}

export async function down(knex: Knex): Promise<void> {
  await knex.raw('alter table broker.notification_channels drop constraint notification_channels_team');
}
