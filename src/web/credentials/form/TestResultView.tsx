import { Button, Stack, Text } from '@mantine/core';
import type { TestResult } from '../../client/contract.js';
import { StepList, stepsOf } from './StepList.js';

/** The steps of a test as they ended, and the sentence that says what to do. */
export function TestResultView({
  result,
  onPin,
}: {
  result: TestResult;
  onPin?: (fingerprint: string) => void;
}) {
  const certificate = result.code === 'tls_error' ? result.certificate : null;
  return (
    <Stack gap="sm" role="status" aria-live="polite">
      <StepList steps={stepsOf(result)} />
      <Text size="md" fw={500} style={{ color: result.ok ? 'var(--page-ok)' : 'var(--page-rejected)' }}>
        {result.ok
          ? `Test passed in ${(result.duration_ms / 1000).toFixed(1)} s`
          : `Test failed: ${result.code}`}
        {result.ok && result.identity !== null && ` as ${result.identity}`}.
      </Text>
      <Text size="md">{result.advice}</Text>
      {result.warnings.map(({ code, text }) => (
        <Text key={code} size="md" style={{ color: 'var(--page-limited)' }}>
          {text}
        </Text>
      ))}
      {certificate !== null && onPin !== undefined && (
        <Stack gap="xs">
          <Text size="sm">
            The host sent a certificate for {certificate.subject}, issued by {certificate.issuer}, valid until{' '}
            {certificate.valid_to}. SHA-256: <code className="mono">{certificate.fingerprint_sha256}</code>
          </Text>
          <Button variant="default" onClick={() => onPin(certificate.fingerprint_sha256)}>
            Pin this certificate
          </Button>
        </Stack>
      )}
    </Stack>
  );
}
