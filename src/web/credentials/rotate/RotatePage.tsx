import { Anchor, Skeleton, Stack, Text, Title } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { Link, useParams } from '@tanstack/react-router';
import { useState } from 'react';
import { getCredential, listTemplates } from '../../client/credentials.js';
import { Problem } from '../../parts/Problem.js';
import { nameOf } from '../principals.js';
import { useRights } from '../rights.js';
import { AfterRotation } from './AfterRotation.js';
import { RotateForm } from './RotateForm.js';
import type { Rotated } from './useRotate.js';

/** Guides through the replacement of a secret that a person creates at the service. */
export function RotatePage() {
  const { id } = useParams({ from: '/credentials/$id/rotate' });
  const credential = useQuery({
    queryKey: ['credential', id],
    queryFn: ({ signal }) => getCredential(id, { signal }),
  });
  const templates = useQuery({
    queryKey: ['templates'],
    queryFn: ({ signal }) => listTemplates({ signal }),
  });
  const [done, setDone] = useState<Rotated>();
  const may = useRights();
  const error = credential.error ?? templates.error;
  const retry = () => void Promise.all([credential.refetch(), templates.refetch()]);
  if (error !== null) return <Problem error={error} onRetry={retry} />;
  if (credential.data === undefined || templates.data === undefined) return <Skeleton height={120} />;
  const { data } = credential;
  const template = templates.data.items.find(({ service_type }) => service_type === data.service_type);
  const finish = (rotated: Rotated) => {
    setDone(rotated);
    void credential.refetch();
  };
  return (
    <Stack gap="md">
      <div style={{ overflowWrap: 'anywhere' }}>
        <Anchor size="sm" renderRoot={(props) => <Link to="/credentials/$id" params={{ id }} {...props} />}>
          {data.name}
        </Anchor>
        <Title order={1}>Rotate {data.name}</Title>
      </div>
      {done !== undefined && <AfterRotation credential={data} done={done} />}
      {done === undefined &&
        (template === undefined || !may(data, 'rotate') || data.status === 'deleted' ? (
          <Text size="md">
            You cannot rotate this credential. Ask {nameOf(data.owner)} for the permission “manage”.
          </Text>
        ) : (
          <RotateForm credential={data} template={template} onRotated={finish} />
        ))}
    </Stack>
  );
}
