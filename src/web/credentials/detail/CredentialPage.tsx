import { Anchor, Button, Group, Skeleton, Stack, Text, Title } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { Link, useNavigate, useParams } from '@tanstack/react-router';
import { useState } from 'react';
import type { SeenCredential, StoredTestResult } from '../../client/contract.js';
import {
  deleteCredential,
  getCredential,
  restoreCredential,
  testCredential,
} from '../../client/credentials.js';
import { Moment } from '../../parts/Moment.js';
import { Problem } from '../../parts/Problem.js';
import { StatusMark, statusOf } from '../../parts/status.js';
import { toast } from '../../parts/toasts.js';
import { useAct } from '../../parts/useAct.js';
import { TestResultView } from '../form/TestResultView.js';
import { placeOf, serviceName } from '../services.js';
import { TlsBadge } from '../TlsBadge.js';
import { LIST_KEY } from '../useCredentialList.js';
import { DetailTabs } from './DetailTabs.js';

/** One credential: how it is, what it holds, what can be done. */
export function CredentialPage() {
  const { id } = useParams({ from: '/credentials/$id' });
  const key = ['credential', id];
  const { data, error, refetch } = useQuery({
    queryKey: key,
    queryFn: ({ signal }) => getCredential(id, { signal }),
  });
  const [result, setResult] = useState<StoredTestResult>();
  const { busy, act } = useAct(key, [LIST_KEY]);
  const navigate = useNavigate();
  if (error !== null) return <Problem error={error} onRetry={() => void refetch()} />;
  if (data === undefined) return <Skeleton height={120} />;
  const remove = () =>
    act('delete', async () => {
      await deleteCredential(id);
      toast(`${data.name} is deleted. It can be restored for 30 days.`, {
        action: { label: 'Undo', run: () => void act('restore', () => restoreCredential(id)) },
      });
      await navigate({ to: '/credentials', search: {} });
    });
  const test = () => act('test', async () => setResult(await testCredential(id)));
  return (
    <Stack gap="md">
      <Anchor component={Link} to="/credentials" size="sm">
        Credentials
      </Anchor>
      <Group justify="space-between" align="start">
        <Heading credential={data} />
        <Group gap="sm">
          <Button loading={busy === 'test'} onClick={() => void test()}>
            Test
          </Button>
          <Button variant="default" loading={busy === 'delete'} onClick={() => void remove()}>
            Delete
          </Button>
        </Group>
      </Group>
      {result !== undefined && <TestResultView result={result} />}
      <DetailTabs credential={data} />
    </Stack>
  );
}

function Heading({ credential }: { credential: SeenCredential }) {
  const { name, service_type, settings, identity, last_tested_at, expires_at, owner, tls } = credential;
  return (
    <Stack gap="xs">
      <Title order={1} style={{ overflowWrap: 'anywhere' }}>
        {name}
      </Title>
      <Text size="md" className="dim">
        {serviceName(service_type)} · <span className="mono">{placeOf(settings, identity)}</span>
      </Text>
      <Group gap="lg">
        <StatusMark status={statusOf(credential)} withWord />
        <span>
          Checked <Moment at={last_tested_at} none="never" />
        </span>
        <span>
          Expires <Moment at={expires_at} none="never, or not known" />
        </span>
        <span>Owner {owner}</span>
        <TlsBadge tls={tls} />
      </Group>
    </Stack>
  );
}
