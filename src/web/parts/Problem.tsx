import { Alert, Button, Text } from '@mantine/core';
import { useQueryClient } from '@tanstack/react-query';
import { useEffect } from 'react';
import { RequestError } from '../client/request.js';

/** The query of how Vault and Postgres are, which an error may have just learned. */
export const SERVER_STATE_KEY = 'readyz';

/** An error in place of what could not be shown: what is wrong, what to do, and the request ID for an administrator. */
export function Problem({ error, onRetry }: { error: unknown; onRetry?: () => void }) {
  const { title, detail, requestId } = shown(error);
  const client = useQueryClient();
  useEffect(() => {
    if (error instanceof RequestError && (error.status === 0 || error.status === 503))
      void client.invalidateQueries({ queryKey: [SERVER_STATE_KEY] });
  }, [client, error]);
  return (
    <Alert color="red" variant="light" title={title} role="alert">
      <Text size="md">{detail}</Text>
      {requestId !== null && (
        <Text size="sm" mt="xs">
          Request ID: <code className="mono">{requestId}</code>
        </Text>
      )}
      {onRetry !== undefined && (
        <Button mt="sm" variant="default" onClick={onRetry}>
          Try again
        </Button>
      )}
    </Alert>
  );
}

const TITLES: Readonly<Record<string, string>> = {
  network: 'No connection',
  forbidden: 'Permission denied',
  not_found: 'Not found',
  store_unavailable: 'Vault does not answer',
  records_unavailable: 'Postgres does not answer',
  rate_limited: 'Too many requests',
  conflict: 'It has changed',
  precondition_failed: 'It has changed',
  invalid_request: 'Check your input',
};

function shown(error: unknown): { title: string; detail: string; requestId: string | null } {
  if (!(error instanceof RequestError))
    return {
      title: 'Error in this page',
      detail: 'Reload the page. If it happens again, report it.',
      requestId: null,
    };
  const rules = error.fields.map(({ field, rule }) => `${field} ${rule}.`).join(' ');
  const detail = rules === '' ? error.detail : rules;
  return { title: TITLES[error.code] ?? 'That did not work', detail, requestId: error.requestId };
}

/** One sentence for an error, for notifications and fields. */
export const sentenceOf = (error: unknown): string => shown(error).detail;
