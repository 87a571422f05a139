import { Button, Group, Stack, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import type { NoticePage } from '../../../client/contract.js';
import { acknowledgeNotice, listNotices, snoozeNotice } from '../../../client/notifications.js';
import { Moment } from '../../../parts/Moment.js';
import { Problem } from '../../../parts/Problem.js';
import { toast } from '../../../parts/toasts.js';
import { useAct } from '../../../parts/useAct.js';
import { nameOf } from '../../principals.js';

type Notice = NoticePage['items'][number];
const WEEK_MS = 7 * 86_400_000;

/** The notices about this credential among the newest of the user. */
export function Notices({ id }: { id: string }) {
  const { data, error, refetch } = useQuery({
    queryKey: ['notices', 'newest'],
    queryFn: ({ signal }) => listNotices({ limit: 200 }, { signal }),
  });
  if (error !== null) return <Problem error={error} onRetry={() => void refetch()} />;
  const items = (data?.items ?? []).filter(({ credential_id }) => credential_id === id);
  if (items.length === 0) return <Text size="md">No notices for you.</Text>;
  return (
    <Stack gap="md">
      {items.map((notice) => (
        <NoticeLine key={notice.id} notice={notice} />
      ))}
    </Stack>
  );
}

function NoticeLine({ notice }: { notice: Notice }) {
  const { id, text, created_at, open } = notice;
  const { busy, act } = useAct(['notices']);
  const acknowledge = () =>
    act('acknowledge', async () => {
      await acknowledgeNotice(id);
      toast('Acknowledged. It is not sent again until it changes.');
    });
  const snooze = () =>
    act('snooze', async () => {
      await snoozeNotice(id, new Date(Date.now() + WEEK_MS));
      toast('Snoozed for a week.');
    });
  return (
    <Stack gap="xs">
      <Text size="md">{text}</Text>
      <Group gap="sm">
        <Text size="sm" className="dim" component="span">
          <Moment at={created_at} />
          {stateOf(notice)}
        </Text>
        {open && (
          <>
            <Button
              size="compact-sm"
              variant="default"
              loading={busy === 'acknowledge'}
              onClick={() => void acknowledge()}
            >
              Acknowledge
            </Button>
            <Button
              size="compact-sm"
              variant="default"
              loading={busy === 'snooze'}
              onClick={() => void snooze()}
            >
              Snooze for a week
            </Button>
          </>
        )}
      </Group>
    </Stack>
  );
}

function stateOf({ open, acknowledged_by, snoozed_until }: Notice): string {
  if (open) return '';
  if (acknowledged_by !== null) return ` · acknowledged by ${nameOf(acknowledged_by)}`;
  return snoozed_until === null ? ' · no longer so' : ' · snoozed';
}
