import { Badge, Button, Group, Text, Title } from '@mantine/core';
import { Link } from '@tanstack/react-router';
import { useState } from 'react';
import type { Team } from '../client/contract.js';
import { deleteTeam, removeMember } from '../client/people.js';
import { nameOf } from '../credentials/principals.js';
import { DataTable } from '../parts/DataTable.js';
import { FormDialog } from '../parts/FormDialog.js';
import { useAct } from '../parts/useAct.js';
import { useSession } from '../session/SessionGate.js';
import { AddMember } from './AddMember.js';

const KEY = ['teams'];

/** One team: who is in it, who leads it. */
export function TeamCard({ team }: { team: Team }) {
  const { principal, role } = useSession();
  const [dialog, setDialog] = useState<'add' | 'delete'>();
  const manages =
    role === 'admin' || team.members.some((member) => member.lead && member.principal === principal);
  return (
    <section aria-label={`Team ${team.name}`}>
      <Group justify="space-between" mb="xs">
        <div>
          <Title order={2}>{team.name}</Title>
          <Text size="sm" className="dim">
            {team.description}
          </Text>
        </div>
        <Group gap="xs">
          <Link to="/credentials" search={{ team: team.name }}>
            Show its credentials
          </Link>
          {manages && (
            <>
              <Button size="compact-sm" variant="default" onClick={() => setDialog('add')}>
                Add member
              </Button>
              <Button size="compact-sm" variant="default" color="red" onClick={() => setDialog('delete')}>
                Delete
              </Button>
            </>
          )}
        </Group>
      </Group>
      <Members team={team} manages={manages} me={principal} />
      {dialog === 'add' && <AddMember team={team.name} onClose={() => setDialog(undefined)} />}
      {dialog === 'delete' && <DeleteTeam team={team} onClose={() => setDialog(undefined)} />}
    </section>
  );
}

function Members({ team, manages, me }: { team: Team; manages: boolean; me: string }) {
  const { busy, act } = useAct(KEY);
  if (team.members.length === 0) return <Text size="md">It has no members.</Text>;
  return (
    <DataTable label={`Members of ${team.name}`} columns={['Member', 'Part', '-Actions']}>
      {team.members.map(({ principal, lead }) => (
        <tr key={principal}>
          <th scope="row">{principal === me ? `${nameOf(principal)} (you)` : nameOf(principal)}</th>
          <td>{lead ? <Badge variant="light">Lead</Badge> : 'Member'}</td>
          <td>
            {(manages || principal === me) && (
              <Button
                size="compact-sm"
                variant="default"
                loading={busy === principal}
                aria-label={principal === me ? `Leave ${team.name}` : `Remove ${nameOf(principal)}`}
                onClick={() => void act(principal, () => removeMember(team.name, principal))}
              >
                {principal === me ? 'Leave' : 'Remove'}
              </Button>
            )}
          </td>
        </tr>
      ))}
    </DataTable>
  );
}

function DeleteTeam({ team, onClose }: { team: Team; onClose(): void }) {
  const { act } = useAct(KEY);
  const submit = async () => void (await act('delete', () => deleteTeam(team.name)));
  return (
    <FormDialog title={`Delete ${team.name}`} submit="Delete" danger onSubmit={submit} onClose={onClose}>
      <Text size="md">
        Its {team.members.length} members lose what is shared with the team. This can't be undone.
      </Text>
    </FormDialog>
  );
}
