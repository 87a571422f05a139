import { Button, Group, Skeleton, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { Link, useNavigate } from '@tanstack/react-router';
import type { SeenCredential } from '../../client/contract.js';
import { activateVersion, listConsumers } from '../../client/credentialParts.js';
import { DataTable } from '../../parts/DataTable.js';
import { Moment } from '../../parts/Moment.js';
import { Problem } from '../../parts/Problem.js';
import { toast } from '../../parts/toasts.js';
import { useAct } from '../../parts/useAct.js';
import { savedSentence } from '../form/savedSentence.js';
import { serviceName } from '../services.js';
import { LIST_KEY } from '../useCredentialList.js';
import { Step, Steps } from './Step.js';
import type { Rotated } from './useRotate.js';

/** The last step: who has the new value, when to revoke the old one, and the way back. */
export function AfterRotation({ credential, done }: { credential: SeenCredential; done: Rotated }) {
  const { id, service_type } = credential;
  const { from, to, test } = done;
  const { busy, act } = useAct(['credential', id], [LIST_KEY]);
  const navigate = useNavigate();
  const leave = () => navigate({ to: '/credentials/$id', params: { id }, search: {} });
  const back = (version: number) =>
    act('back', async () => {
      await activateVersion(id, version, 'rolled back');
      toast(`Version ${version} is active again. Version ${to} is kept.`);
      await leave();
    });
  return (
    <Steps>
      <Step number={4} title={`Version ${to} is active`}>
        <Text size="md" role="status">
          {savedSentence(test)} Everybody gets the new value from now on.
          {from !== null && ` Version ${from} is kept.`}
        </Text>
        <StillOld credential={credential} />
        <Text size="md">
          Once everything uses the new value, revoke the old one at {serviceName(service_type)}. Until then
          you can roll back.
        </Text>
        <Group>
          <Button renderRoot={(props) => <Link to="/credentials/$id" params={{ id }} {...props} />}>
            Done
          </Button>
          {from !== null && (
            <Button variant="default" loading={busy === 'back'} onClick={() => void back(from)}>
              Roll back to version {from}
            </Button>
          )}
        </Group>
      </Step>
    </Steps>
  );
}

/** Consumers of the last 30 days, and whether each has read the value since the rotation. */
function StillOld({ credential: { id, last_rotated_at } }: { credential: SeenCredential }) {
  const { data, error, refetch } = useQuery({
    queryKey: ['credential', id, 'consumers'],
    queryFn: ({ signal }) => listConsumers(id, { signal }),
    staleTime: 0,
    refetchInterval: 10_000,
  });
  if (error !== null) return <Problem error={error} onRetry={() => void refetch()} />;
  if (data === undefined) return <Skeleton height={60} />;
  if (data.items.length === 0) return <Text size="md">Nobody used it in the last 30 days.</Text>;
  const isNew = (at: string) => last_rotated_at !== null && Date.parse(at) >= Date.parse(last_rotated_at);
  return (
    <DataTable label="Consumers of the last 30 days" columns={['Used by', 'Last read', 'Has']}>
      {data.items.map(({ used_by, caller, last_used_at }) => (
        <tr key={`${used_by} ${caller}`}>
          <td>{used_by}</td>
          <td>
            <Moment at={last_used_at} />
          </td>
          <td>{isNew(last_used_at) ? '● The new value' : '○ Still the old value'}</td>
        </tr>
      ))}
    </DataTable>
  );
}
