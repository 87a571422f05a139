import { Anchor, Stack, Title } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { Link, useSearch } from '@tanstack/react-router';
import { listTemplates } from '../../client/credentials.js';
import { Problem } from '../../parts/Problem.js';
import { serviceName } from '../services.js';
import { NewCredentialForm } from './NewCredentialForm.js';
import { ServiceTiles } from './ServiceTiles.js';

/** Adds a credential: first the service, then its form. */
export function NewCredentialPage() {
  const { service } = useSearch({ from: '/credentials/new' }) as { service?: string };
  const { data, error, refetch } = useQuery({
    queryKey: ['templates'],
    queryFn: ({ signal }) => listTemplates({ signal }),
  });
  if (error !== null) return <Problem error={error} onRetry={() => void refetch()} />;
  if (data === undefined) return null;
  const template = data.items.find(({ service_type }) => service_type === service);
  return (
    <Stack gap="md">
      <div>
        <Anchor component={Link} to={template === undefined ? '/credentials' : '/credentials/new'} size="sm">
          {template === undefined ? 'Credentials' : 'All services'}
        </Anchor>
        <Title order={1}>
          {template === undefined
            ? 'Add a credential'
            : `Add a ${serviceName(template.service_type)} credential`}
        </Title>
      </div>
      {template === undefined ? (
        <ServiceTiles templates={data.items} />
      ) : (
        <NewCredentialForm key={template.service_type} template={template} />
      )}
    </Stack>
  );
}
