import { Button, Group, Stack, Text, Title } from '@mantine/core';
import { Link } from '@tanstack/react-router';
import { roleAtLeast } from '../../domain/access/caller.js';
import { useSession } from '../session/SessionGate.js';

/** No match, nothing that this user may see, or nothing yet. Each says what to do next. */
export function EmptyList({ filtered }: { filtered: boolean }) {
  const { role } = useSession();
  if (filtered)
    return (
      <Stack align="center" gap="sm" py={64}>
        <Title order={2}>No credential matches</Title>
        <Text size="md">Change the search, or remove the filters.</Text>
        <Link to="/credentials" search={{}}>
          Clear filters
        </Link>
      </Stack>
    );
  if (!roleAtLeast(role, 'engineer'))
    return (
      <Stack align="center" gap="sm" py={64}>
        <Title order={2}>Nothing is shared with you</Title>
        <Text size="md">
          You see a credential here once its owner shares it with you or your team. Ask the owner, the lead of
          your team or an administrator.
        </Text>
        <Link to="/people">Show your teams</Link>
      </Stack>
    );
  return (
    <Stack align="center" gap="sm" py={64}>
      <Title order={2}>No credentials yet</Title>
      <Text size="md">
        Add the first one, or import a .env. You see here what you own and what is shared with you.
      </Text>
      <Group>
        <Button component={Link} to="/credentials/new">
          Add a credential
        </Button>
        <Button component={Link} to="/import" variant="default">
          Import a .env
        </Button>
      </Group>
    </Stack>
  );
}
