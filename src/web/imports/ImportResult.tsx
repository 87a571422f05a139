import { Button, Group, Stack, Text, Title } from '@mantine/core';
import { Link } from '@tanstack/react-router';
import type { ImportAnswer } from '../client/contract.js';
import { GroupTable } from './GroupTable.js';
import { Warnings } from './ImportPreview.js';

/** What happened with each credential, and what is only in the file now. */
export function ImportResult({ result, onAgain }: { result: ImportAnswer; onAgain(): void }) {
  const { groups, warnings, tests, still_in_environment } = result;
  const count = (word: string) => groups.filter((group) => group.result === word).length;
  const counts = ['created', 'updated', 'unchanged', 'failed'].map((word) => `${count(word)} ${word}`);
  return (
    <Stack gap="md">
      <div role="status">
        <Title order={2}>{counts.join(', ')}</Title>
        <Text size="md">
          {tests
            ? 'The first scheduled tests start within ten minutes.'
            : 'The credentials are not tested on schedule.'}{' '}
          The text that you pasted is gone from this page.
        </Text>
      </div>
      <GroupTable groups={groups} />
      {still_in_environment.length > 0 && (
        <Text size="md" style={{ overflowWrap: 'anywhere' }}>
          Still only in the file: <span className="mono">{still_in_environment.join(', ')}</span>
        </Text>
      )}
      <Warnings warnings={warnings} />
      <Text size="md">Delete the imported lines from the file when everything works.</Text>
      <Group>
        <Button component={Link} to="/credentials">
          Show the credentials
        </Button>
        <Button variant="default" onClick={onAgain}>
          Import another file
        </Button>
      </Group>
    </Stack>
  );
}
