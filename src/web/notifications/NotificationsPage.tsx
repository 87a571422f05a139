import '@mantine/core/styles/Tabs.css';
import { Stack, Tabs, Title } from '@mantine/core';
import { useNavigate, useSearch } from '@tanstack/react-router';
import { useLive } from '../parts/useLive.js';
import { useSession } from '../session/SessionGate.js';
import { Channels } from './Channels.js';
import { Notices } from './Notices.js';
import { readNoticeSearch } from './noticeSearch.js';

/** What this person is notified of, and for admins where notices go. */
export function NotificationsPage() {
  const { tab = 'open' } = useSearch({ from: '/notifications' });
  const navigate = useNavigate();
  const { role } = useSession();
  useLive(['notices']);
  const open = (next: string | null) =>
    void navigate({ to: '/notifications', search: readNoticeSearch({ tab: next }) });
  return (
    <Stack gap="md">
      <Title order={1}>Notifications</Title>
      <Tabs value={tab} onChange={open} keepMounted={false}>
        <Tabs.List mb="md" aria-label="Notifications">
          <Tabs.Tab value="open">Open</Tabs.Tab>
          <Tabs.Tab value="all">All</Tabs.Tab>
          {role === 'admin' && <Tabs.Tab value="channels">Channels</Tabs.Tab>}
        </Tabs.List>
        <Tabs.Panel value="open">
          <Notices onlyOpen />
        </Tabs.Panel>
        <Tabs.Panel value="all">
          <Notices onlyOpen={false} />
        </Tabs.Panel>
        <Tabs.Panel value="channels">
          <Channels />
        </Tabs.Panel>
      </Tabs>
    </Stack>
  );
}
