import { Button, Group, Stack, Text, TextInput } from '@mantine/core';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { createTeam, listTeams } from '../client/people.js';
import { FormDialog } from '../parts/FormDialog.js';
import { Loaded } from '../parts/Loaded.js';
import { useSession } from '../session/SessionGate.js';
import { TeamCard } from './TeamCard.js';

const KEY = ['teams'];

/** All teams with their members; architects and admins create them, leads change them. */
export function Teams() {
  const query = useQuery({ queryKey: KEY, queryFn: ({ signal }) => listTeams({ signal }) });
  const { role } = useSession();
  const [isAdding, setAdding] = useState(false);
  const creates = role === 'architect' || role === 'admin';
  return (
    <Stack gap="md">
      {creates ? (
        <Group>
          <Button onClick={() => setAdding(true)}>Create team</Button>
        </Group>
      ) : (
        <Text size="md">Architects and admins create teams. The leads of a team change its members.</Text>
      )}
      <Loaded
        query={query}
        empty={({ items }) => (items.length === 0 ? 'There are no teams yet.' : undefined)}
      >
        {({ items }) => (
          <Stack gap="lg">
            {items.map((team) => (
              <TeamCard key={team.name} team={team} />
            ))}
          </Stack>
        )}
      </Loaded>
      {isAdding && <NewTeam onClose={() => setAdding(false)} />}
    </Stack>
  );
}

function NewTeam({ onClose }: { onClose(): void }) {
  const client = useQueryClient();
  const [name, setName] = useState('');
  const [description, setDescription] = useState('');
  const submit = async () => {
    await createTeam(name.trim(), description.trim());
    void client.invalidateQueries({ queryKey: KEY });
  };
  return (
    <FormDialog title="Create a team" submit="Create" onSubmit={submit} onClose={onClose}>
      <TextInput
        label="Name"
        description="Lower-case letters, digits and hyphens."
        required
        data-autofocus
        value={name}
        onChange={(event) => setName(event.currentTarget.value)}
      />
      <TextInput
        label="Description"
        value={description}
        onChange={(event) => setDescription(event.currentTarget.value)}
      />
    </FormDialog>
  );
}
