import { Button, Code, Group, Stack, Text, Title } from '@mantine/core';
import { useSearch } from '@tanstack/react-router';
import { useState } from 'react';
import { createCliCode } from '../client/session.js';
import { Problem } from '../parts/Problem.js';
import { useSession } from './SessionGate.js';

export interface CliSearch {
  port?: number;
  state?: string;
  challenge?: string;
}

/** Reads what the command line put into the address; what has another form is dropped. */
export function readCliSearch(search: Record<string, unknown>): CliSearch {
  const port = Number(search['port']);
  const text = (name: string) => /^[\w-]{43}$/.exec(String(search[name] ?? ''))?.[0];
  const [state, challenge] = [text('state'), text('challenge')];
  return {
    ...(Number.isInteger(port) && port >= 1024 && port <= 65_535 && { port }),
    ...(state !== undefined && { state }),
    ...(challenge !== undefined && { challenge }),
  };
}

/** Where the command line waits. */
const backTo = (port: number, answer: Record<string, string>): string =>
  `http://127.0.0.1:${port}/?${new URLSearchParams(answer)}`;

/** Asks before a command line on this machine signs in as the user of this page (`glassdome login --web`). */
export function CliLoginPage() {
  const { port, state, challenge } = useSearch({ from: '/cli-login' }) as CliSearch;
  if (port === undefined || state === undefined || challenge === undefined)
    return (
      <Stack gap="sm">
        <Title order={1}>Sign in on the command line</Title>
        <Text size="md">
          This address is not complete. Run <Code>glassdome login --web</Code> again.
        </Text>
      </Stack>
    );
  return <Question port={port} state={state} challenge={challenge} />;
}

function Question({ port, state, challenge }: Required<CliSearch>) {
  const { name } = useSession();
  const [error, setError] = useState<unknown>();
  const [busy, setBusy] = useState(false);
  const allow = async () => {
    setBusy(true);
    try {
      const { code } = await createCliCode(challenge, port);
      location.replace(backTo(port, { code, state }));
    } catch (caught) {
      setError(caught);
      setBusy(false);
    }
  };
  return (
    <Stack gap="md" maw={520}>
      <Title order={1}>Sign in on the command line</Title>
      <Text size="md">
        A command line on this machine asks to sign in as <strong>{name}</strong>. Allow it only if you have
        just run <Code>glassdome login --web</Code> yourself.
      </Text>
      {error !== undefined && <Problem error={error} />}
      <Group>
        <Button loading={busy} onClick={() => void allow()}>
          Allow
        </Button>
        <Button
          variant="default"
          onClick={() => location.replace(backTo(port, { error: 'access_denied', state }))}
        >
          Refuse
        </Button>
      </Group>
    </Stack>
  );
}
