import { Button, PasswordInput, Stack, TextInput } from '@mantine/core';
import { type FormEvent, useState } from 'react';
import type { Session } from '../client/contract.js';
import { beginSession } from '../client/session.js';
import { ErrorLine } from '../parts/ErrorLine.js';
import { sentenceOf } from '../parts/Problem.js';

interface Props {
  /** Given where only this user may sign in again. */
  username?: string;
  onDone(session: Session): void;
}

/** Name and password. The password is in the field alone, and gone after the request. */
export function SignInForm({ username, onDone }: Props) {
  const [name, setName] = useState(username ?? '');
  const [password, setPassword] = useState('');
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<string>();
  const submit = async (event: FormEvent) => {
    event.preventDefault();
    setBusy(true);
    setError(undefined);
    try {
      onDone(await beginSession(name.trim(), password));
    } catch (caught) {
      setError(sentenceOf(caught));
    } finally {
      setPassword('');
      setBusy(false);
    }
  };
  return (
    <form onSubmit={submit} aria-label="Sign in">
      <Stack gap="md">
        <TextInput
          label="User name"
          autoComplete="username"
          required
          value={name}
          readOnly={username !== undefined}
          data-autofocus={username === undefined || undefined}
          onChange={(event) => setName(event.currentTarget.value)}
        />
        <PasswordInput
          label="Password"
          autoComplete="current-password"
          required
          value={password}
          data-autofocus={username !== undefined || undefined}
          onChange={(event) => setPassword(event.currentTarget.value)}
        />
        <ErrorLine text={error} />
        <Button type="submit" loading={busy}>
          Sign in
        </Button>
      </Stack>
    </form>
  );
}
