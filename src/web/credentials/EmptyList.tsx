import { Button, Group, Stack, Text, Title } from '@mantine/core';
import { Link } from '@tanstack/react-router';

/** Nothing yet, or no match. Both say what to do next. */
export function EmptyList({ filtered }: { filtered: boolean }) {
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
