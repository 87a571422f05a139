import '@mantine/core/styles/Tabs.css';
import { Tabs } from '@mantine/core';
import { useNavigate, useSearch } from '@tanstack/react-router';
import type { SeenCredential } from '../../client/contract.js';
import { AccessTab } from './access/AccessTab.js';
import { ActivityTab } from './activity/ActivityTab.js';
import { readDetailSearch } from './detailSearch.js';
import { FieldsTab } from './FieldsTab.js';
import { UsageTable } from './UsageTable.js';
import { VersionTable } from './versions/VersionTable.js';

/** The parts of a credential. A part that is not shown asks for nothing. */
export function DetailTabs({ credential }: { credential: SeenCredential }) {
  // What the address has of another form stays in the search.
  const { tab = 'fields' } = readDetailSearch({ ...useSearch({ from: '/credentials/$id' }) });
  const navigate = useNavigate();
  const { id } = credential;
  const open = (next: string | null) =>
    void navigate({ to: '/credentials/$id', params: { id }, search: readDetailSearch({ tab: next }) });
  return (
    <Tabs value={tab} onChange={open} keepMounted={false}>
      <Tabs.List mb="md" aria-label="Parts of the credential">
        <Tabs.Tab value="fields">Fields</Tabs.Tab>
        <Tabs.Tab value="versions">Versions</Tabs.Tab>
        <Tabs.Tab value="usage">Usage</Tabs.Tab>
        <Tabs.Tab value="access">Access</Tabs.Tab>
        <Tabs.Tab value="activity">Activity</Tabs.Tab>
      </Tabs.List>
      <Tabs.Panel value="fields">
        <FieldsTab credential={credential} />
      </Tabs.Panel>
      <Tabs.Panel value="versions">
        <VersionTable credential={credential} />
      </Tabs.Panel>
      <Tabs.Panel value="usage">
        <UsageTable id={id} />
      </Tabs.Panel>
      <Tabs.Panel value="access">
        <AccessTab credential={credential} />
      </Tabs.Panel>
      <Tabs.Panel value="activity">
        <ActivityTab credential={credential} />
      </Tabs.Panel>
    </Tabs>
  );
}
