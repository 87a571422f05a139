import { Anchor, Group, Skeleton, Stack, Text, Title } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { Link, useParams } from '@tanstack/react-router';
import { useState } from 'react';
import type { SeenCredential, StoredTestResult } from '../../client/contract.js';
import { getCredential } from '../../client/credentials.js';
import { Moment } from '../../parts/Moment.js';
import { Problem } from '../../parts/Problem.js';
import { StatusMark, statusOf } from '../../parts/status.js';
import { useSession } from '../../session/SessionGate.js';
import { TestResultView } from '../form/TestResultView.js';
import { nameOf } from '../principals.js';
import { placeOf, serviceName } from '../services.js';
import { TlsBadge } from '../TlsBadge.js';
import { DetailActions } from './DetailActions.js';
import { DetailTabs } from './DetailTabs.js';
import { HealthStrip } from './health/HealthStrip.js';
import { DeletedNotice } from './removal/DeletedNotice.js';

/** One credential: how it is, what it holds, what can be done. */
export function CredentialPage() {
  const { id } = useParams({ from: '/credentials/$id' });
  const { data, error, refetch } = useQuery({
    queryKey: ['credential', id],
    queryFn: ({ signal }) => getCredential(id, { signal }),
  });
  const [result, setResult] = useState<StoredTestResult>();
  if (error !== null) return <Problem error={error} onRetry={() => void refetch()} />;
  if (data === undefined) return <Skeleton height={120} />;
  return (
    <Stack gap="md">
      <Anchor component={Link} to="/credentials" size="sm">
        Credentials
      </Anchor>
      <Group justify="space-between" align="start">
        <Heading credential={data} />
        <DetailActions credential={data} onTested={setResult} />
      </Group>
      <DeletedNotice credential={data} />
      <HealthStrip id={id} revision={data.revision} />
      {result !== undefined && <TestResultView result={result} />}
      <DetailTabs credential={data} />
    </Stack>
  );
}

function Heading({ credential }: { credential: SeenCredential }) {
  const { name, service_type, settings, identity, last_tested_at, expires_at, owner, tls } = credential;
  const { principal } = useSession();
  return (
    <Stack gap="xs" style={{ flex: '1 1 300px', minWidth: 0, overflowWrap: 'anywhere' }}>
      <Title order={1}>{name}</Title>
      <Text size="md" className="dim">
        {serviceName(service_type)} · <span className="mono">{placeOf(settings, identity)}</span>
      </Text>
      <Group gap="4px 16px">
        <StatusMark status={statusOf(credential)} withWord />
        <span>
          Checked <Moment at={last_tested_at} none="never" />
        </span>
        <span>
          Expires <Moment at={expires_at} none="never, or not known" />
        </span>
        <span>Owner {owner === principal ? 'you' : nameOf(owner)}</span>
        <TlsBadge tls={tls} />
      </Group>
    </Stack>
  );
}
