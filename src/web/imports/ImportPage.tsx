import { Anchor, Stack, Text, Title } from '@mantine/core';
import { Link } from '@tanstack/react-router';
import { Problem } from '../parts/Problem.js';
import { ImportPreview } from './ImportPreview.js';
import { ImportResult } from './ImportResult.js';
import { ImportText } from './ImportText.js';
import { useImport } from './useImport.js';

/** A `.env` becomes credentials: paste it, look at what would happen, import. */
export function ImportPage() {
  const steps = useImport();
  const { preview, result, error } = steps;
  return (
    <Stack gap="md">
      <div>
        <Anchor component={Link} to="/credentials" size="sm">
          Credentials
        </Anchor>
        <Title order={1}>Import a .env</Title>
      </div>
      {result === undefined && (
        <Text size="md" maw={720}>
          {preview === undefined
            ? 'You see first what would happen. Nothing is stored before you say so.'
            : 'Look at what happens with each credential. No value is shown.'}
        </Text>
      )}
      {error !== undefined && <Problem error={error} />}
      {result !== undefined ? (
        <ImportResult result={result} onAgain={steps.again} />
      ) : preview !== undefined ? (
        <ImportPreview steps={steps} preview={preview} />
      ) : (
        <ImportText steps={steps} />
      )}
    </Stack>
  );
}
