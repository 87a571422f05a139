import '@mantine/core/styles/Tabs.css';
import { Stack, Tabs, Title } from '@mantine/core';
import { useNavigate, useSearch } from '@tanstack/react-router';
import { useSession } from '../session/SessionGate.js';
import { Accounts } from './Accounts.js';
import { Blocked } from './Blocked.js';
import { People } from './People.js';
import { readPeopleSearch } from './peopleSearch.js';
import { Teams } from './Teams.js';

/** Who works here: teams for all, service accounts of one's own, and for admins the people. */
export function PeoplePage() {
  const { tab = 'teams' } = useSearch({ from: '/people' });
  const navigate = useNavigate();
  const { role } = useSession();
  const open = (next: string | null) =>
    void navigate({ to: '/people', search: readPeopleSearch({ tab: next }) });
  return (
    <Stack gap="md">
      <Title order={1}>Teams &amp; access</Title>
      <Tabs value={tab} onChange={open} keepMounted={false}>
        <Tabs.List mb="md" aria-label="Teams and access">
          <Tabs.Tab value="teams">Teams</Tabs.Tab>
          <Tabs.Tab value="accounts">Service accounts</Tabs.Tab>
          {role === 'admin' && <Tabs.Tab value="people">People</Tabs.Tab>}
          {role === 'admin' && <Tabs.Tab value="blocked">Disabled</Tabs.Tab>}
        </Tabs.List>
        <Tabs.Panel value="teams">
          <Teams />
        </Tabs.Panel>
        <Tabs.Panel value="accounts">
          <Accounts />
        </Tabs.Panel>
        <Tabs.Panel value="people">
          <People />
        </Tabs.Panel>
        <Tabs.Panel value="blocked">
          <Blocked />
        </Tabs.Panel>
      </Tabs>
    </Stack>
  );
}
