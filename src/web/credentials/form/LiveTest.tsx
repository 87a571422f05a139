import { Button, Group, Stack, Text, Title } from '@mantine/core';
import type { Template } from '../../client/contract.js';
import { Problem } from '../../parts/Problem.js';
import { StepList } from './StepList.js';
import { TestResultView } from './TestResultView.js';
import type { CredentialForm } from './useCredentialForm.js';
import { useLiveTest } from './useLiveTest.js';

/** Tests what the form holds now, step by step, and keeps the form as it is. */
export function LiveTest({ template, form }: { template: Template; form: CredentialForm }) {
  const { steps, result, error, run, cancel } = useLiveTest(form.showErrors);
  const test = () => void run({ service_type: template.service_type, fields: form.fields() });
  return (
    <Stack gap="md">
      <Title order={2}>Test</Title>
      <Text size="md" className="dim">
        Tests the values of this form. Nothing is stored.
      </Text>
      <Group>
        <Button variant="default" loading={steps !== undefined} onClick={test}>
          {result === undefined ? 'Test connection' : 'Test again'}
        </Button>
        {steps !== undefined && (
          <Button variant="subtle" onClick={cancel}>
            Cancel
          </Button>
        )}
      </Group>
      {steps !== undefined && (
        <div role="status" aria-live="polite">
          <StepList steps={steps} />
        </div>
      )}
      {error !== undefined && <Problem error={error} />}
      {result !== undefined && (
        <TestResultView result={result} onPin={(pin) => form.set('tls_fingerprint_sha256', pin)} />
      )}
    </Stack>
  );
}
