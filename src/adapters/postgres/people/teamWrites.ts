import type { TeamWrites } from '../../../ports/people.js';
import { insertEntity } from '../core/columns.js';
import type { Query } from '../core/pools.js';
import { TEAM } from './peopleColumns.js';
import { readTeam } from './peopleReads.js';

/** Notices to the members of a removed team are not for a later team of the same name. */
const ORPHANED = `
  update broker.notifications set recipient = 'admins', sent_at = coalesce(sent_at, $2) where recipient = $1`;

/** Events of grants to it are not visible to members of a later team: no team has this name. */
const UNHEARD = `update broker.events set subject = subject || ' (removed)' where subject_kind = 'team' and subject = $1`;

/** A report for which no other channel was chosen goes to people alone. */
const UNCHOSEN = `
  update broker.report_schedules r set channels = (
    select coalesce(array_agg(one), '{}') from unnest(r.channels) one
    where one not in (select c.id from broker.notification_channels c where c.team = $1))
  where r.channels && array(select c.id from broker.notification_channels c where c.team = $1)`;

/** Who is in the team already keeps since when, unless that needed a consent until now. */
const JOIN = `
  insert into broker.team_members as held (team, added_by, added_at, since, principal, lead, confirmed)
  select $1::text, $2::text, $3::timestamptz, $3::timestamptz, m.*
  from unnest($4::text[], $5::boolean[], $6::boolean[]) m
  on conflict (team, principal) do update set lead = excluded.lead,
    since = case when excluded.confirmed and not held.confirmed then excluded.since else held.since end,
    confirmed = held.confirmed or excluded.confirmed`;

/** Writes of one transaction to teams and who is in them. */
export function teamWrites(query: Query): TeamWrites {
  return {
    insertTeam: (team) => insertEntity(query, 'teams', TEAM, team),
    async lockTeam(name) {
      // Two statements: one that waited for the lock would see the members of before.
      await query({ text: 'select from broker.teams where name = $1 for update', values: [name] });
      return readTeam(query, name);
    },
    async replaceMembers(team, members, by, at) {
      const principals = members.map((member) => member.principal);
      // Members who stay are left alone; those who join or leave are notified of what changes for them.
      await query({
        text: 'delete from broker.team_members where team = $1 and principal <> all($2::text[])',
        values: [team, principals],
      });
      const [leads, confirmed] = [members.map((m) => m.lead), members.map((m) => m.confirmed ?? false)];
      await query({ text: JOIN, values: [team, by, at, principals, leads, confirmed] });
    },
    async putMember(team, { principal, lead, confirmed = false }, by, at) {
      await query({ text: JOIN, values: [team, by, at, [principal], [lead], [confirmed]] });
    },
    async removeMember(team, principal) {
      const text = 'delete from broker.team_members where team = $1 and principal = $2';
      await query({ text, values: [team, principal] });
    },
    async deleteTeam(name, at) {
      // Before the grants, so that the members hear what they lose.
      await query({ text: 'delete from broker.team_members where team = $1', values: [name] });
      const text = `
        with gone as (
          delete from broker.grants where subject_kind = 'team' and subject = $1 returning id, credential_id
        ), forgotten as (
          delete from broker.offer_answers a using gone where a.grant_id = gone.id and a.answer = 'accepted'
        )
        select credential_id from gone`;
      const opened = (await query({ text, values: [name] })).map((row) => String(row['credential_id']));
      await query({
        text: 'select broker.note_state(id, $2) from unnest($1::uuid[]) id',
        values: [opened, at],
      });
      await query({ text: 'delete from broker.reports where team = $1', values: [name] });
      await query({ text: UNHEARD, values: [name] });
      await query({ text: UNCHOSEN, values: [name] });
      const channels = 'delete from broker.notification_channels where team = $1 returning name';
      const removed = await query({ text: channels, values: [name] });
      await query({ text: ORPHANED, values: [`team:${name}`, at] });
      await query({ text: 'delete from broker.teams where name = $1', values: [name] });
      return removed.map((row) => String(row['name']));
    },
  };
}
