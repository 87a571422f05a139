import { Anchor, Stack, Text, Title } from '@mantine/core';
import { Link } from '@tanstack/react-router';

export function NoSuchPage() {
  return (
    <Stack gap="sm">
      <Title order={1}>No such page</Title>
      <Text size="md">The address is wrong, or the page has moved.</Text>
      <Anchor component={Link} to="/credentials">
        Go to the credentials
      </Anchor>
    </Stack>
  );
}
