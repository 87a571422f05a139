import { Button, Stack, Text, Title } from '@mantine/core';
import { useState } from 'react';
import type { Template, TestResult } from '../../client/contract.js';
import { testValues } from '../../client/credentials.js';
import { Problem } from '../../parts/Problem.js';
import { TestResultView } from './TestResultView.js';
import type { CredentialForm } from './useCredentialForm.js';

/** Tests what the form holds now, and keeps the form as it is. */
export function LiveTest({ template, form }: { template: Template; form: CredentialForm }) {
  const [busy, setBusy] = useState(false);
  const [result, setResult] = useState<TestResult>();
  const [error, setError] = useState<unknown>();
  const test = async () => {
    setBusy(true);
    setError(undefined);
    setResult(undefined);
    try {
      setResult(await testValues({ service_type: template.service_type, fields: form.fields() }, {}));
    } catch (caught) {
      form.showErrors(caught);
      setError(caught);
    } finally {
      setBusy(false);
    }
  };
  return (
    <Stack gap="md">
      <Title order={2}>Test</Title>
      <Text size="md" className="dim">
        Tests the values of this form. Nothing is stored.
      </Text>
      <Button variant="default" loading={busy} onClick={() => void test()}>
        Test connection
      </Button>
      {error !== undefined && <Problem error={error} />}
      {result !== undefined && (
        <TestResultView result={result} onPin={(pin) => form.set('tls_fingerprint_sha256', pin)} />
      )}
    </Stack>
  );
}
