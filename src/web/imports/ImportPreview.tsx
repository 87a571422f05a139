import { Alert, Button, Checkbox, Group as Line, Stack, TagsInput, Text, Title } from '@mantine/core';
import type { ImportAnswer } from '../client/contract.js';
import { GroupTable } from './GroupTable.js';
import { LeftOut } from './LeftOut.js';
import type { ImportSteps } from './useImport.js';
import { canImport } from './words.js';

/** What an import would do, and what can be chosen about it. */
export function ImportPreview({ steps, preview }: { steps: ImportSteps; preview: ImportAnswer }) {
  const { choices, busy, store, back } = steps;
  const count = preview.groups.filter((one) => canImport(one) && !choices.without.has(one.key)).length;
  return (
    <Stack gap="lg">
      <section aria-label="Credentials">
        <Title order={2}>Credentials · {preview.groups.length}</Title>
        {preview.groups.length === 0 ? (
          <Text size="md">No credential was recognised in this text.</Text>
        ) : (
          <GroupTable groups={preview.groups} steps={steps} />
        )}
      </section>
      <LeftOut rows={preview.rows} steps={steps} />
      <Warnings warnings={preview.warnings} />
      <Options steps={steps} tests={preview.tests} />
      <Line>
        <Button loading={busy} disabled={count === 0} onClick={() => void store()}>
          {count === 1 ? 'Import 1 credential' : `Import ${count} credentials`}
        </Button>
        <Button variant="default" disabled={busy} onClick={back}>
          Back to the text
        </Button>
      </Line>
    </Stack>
  );
}

/** Lines of the file that could not be read. */
export function Warnings({ warnings }: Pick<ImportAnswer, 'warnings'>) {
  if (warnings.length === 0) return null;
  return (
    <Alert color="yellow" title={warnings.length === 1 ? 'One line needs a look' : 'Some lines need a look'}>
      {warnings.map(({ line, message }) => (
        <Text key={`${line} ${message}`} size="md">
          {line > 0 && `Line ${line}: `}
          {message}
        </Text>
      ))}
    </Alert>
  );
}

function Options({ steps, tests }: { steps: ImportSteps; tests: boolean }) {
  const { choices, choose, look, busy } = steps;
  return (
    <Stack gap="sm" maw={520}>
      <Title order={2}>Options</Title>
      <Checkbox
        label="Test the credentials on schedule"
        checked={choices.tests ?? tests}
        onChange={(event) => choose({ tests: event.currentTarget.checked })}
      />
      <Checkbox
        label="Read a ${NAME} that the file does not set as empty"
        disabled={busy}
        checked={choices.acceptUndefined}
        onChange={(event) => void look({ ...choices, acceptUndefined: event.currentTarget.checked })}
      />
      <TagsInput
        label="Share with"
        description="They can read everything that is imported. Press Enter after each."
        placeholder="team:platform or service_account:deploy-agent"
        value={[...choices.grantTo]}
        onChange={(grantTo) => choose({ grantTo })}
      />
    </Stack>
  );
}
