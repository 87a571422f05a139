import { Anchor, Skeleton, Stack, Text, Title } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { Link, useParams } from '@tanstack/react-router';
import { getCredential, listTemplates } from '../../client/credentials.js';
import { Problem } from '../../parts/Problem.js';
import { nameOf } from '../principals.js';
import { useRights } from '../rights.js';
import { EditForm } from './EditForm.js';

/** Changes a credential. It is read once: what others save meanwhile is shown when this is saved. */
export function EditPage() {
  const { id } = useParams({ from: '/credentials/$id/edit' });
  const credential = useQuery({
    queryKey: ['credential', id, 'edit'],
    queryFn: ({ signal }) => getCredential(id, { signal }),
    staleTime: Number.POSITIVE_INFINITY,
    gcTime: 0,
  });
  const templates = useQuery({
    queryKey: ['templates'],
    queryFn: ({ signal }) => listTemplates({ signal }),
  });
  const may = useRights();
  const error = credential.error ?? templates.error;
  const retry = () => void Promise.all([credential.refetch(), templates.refetch()]);
  if (error !== null) return <Problem error={error} onRetry={retry} />;
  if (credential.data === undefined || templates.data === undefined) return <Skeleton height={120} />;
  const { data } = credential;
  const template = templates.data.items.find(({ service_type }) => service_type === data.service_type);
  return (
    <Stack gap="md">
      <div style={{ overflowWrap: 'anywhere' }}>
        <Anchor size="sm" renderRoot={(props) => <Link to="/credentials/$id" params={{ id }} {...props} />}>
          {data.name}
        </Anchor>
        <Title order={1}>Edit {data.name}</Title>
      </div>
      {template === undefined || !may(data, 'edit') || data.status === 'deleted' ? (
        <Text size="md">
          You cannot edit this credential. Ask {nameOf(data.owner)} for the permission “manage”.
        </Text>
      ) : (
        <EditForm credential={data} template={template} />
      )}
    </Stack>
  );
}
