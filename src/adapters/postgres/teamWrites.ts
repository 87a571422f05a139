import type { ChangeTx } from '../../ports/changes.js';
import { insertRecord } from './credentialWrites.js';
import type { Query } from './pools.js';

type TeamWrites = Pick<ChangeTx, 'insertTeam' | 'replaceMembers' | 'deleteTeam'>;

/** Writes of one transaction to teams and who is in them. */
export function teamWrites(query: Query): TeamWrites {
  return {
    insertTeam: (team) =>
      insertRecord(query, 'teams', {
        name: team.name,
        description: team.description,
        created_at: team.createdAt,
        created_by: team.createdBy,
      }),
    async replaceMembers(team, members, by, at) {
      await query({ text: 'delete from broker.team_members where team = $1', values: [team] });
      await query({
        text: `insert into broker.team_members (team, added_by, added_at, principal, lead)
               select $1::text, $2::text, $3::timestamptz, m.* from unnest($4::text[], $5::boolean[]) m`,
        values: [
          team,
          by,
          at,
          members.map((member) => member.principal),
          members.map((member) => member.lead),
        ],
      });
    },
    async deleteTeam(name, at) {
      const text = `delete from broker.grants where subject_kind = 'team' and subject = $1 returning credential_id`;
      const opened = (await query({ text, values: [name] })).map((row) => String(row['credential_id']));
      await query({
        text: 'select broker.note_state(id, $2) from unnest($1::uuid[]) id',
        values: [opened, at],
      });
      await query({ text: 'delete from broker.reports where team = $1', values: [name] });
      await query({ text: 'delete from broker.teams where name = $1', values: [name] });
    },
  };
}
