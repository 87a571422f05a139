import { Button, PasswordInput, Stack, Text } from '@mantine/core';
import { type FormEvent, useState } from 'react';
import { changePassword } from '../client/session.js';
import { ErrorLine } from '../parts/ErrorLine.js';
import { sentenceOf } from '../parts/Problem.js';

/** Sets a new password; `oneTime` where the present one was given by an administrator. */
export function NewPasswordForm({ oneTime, onDone }: { oneTime: boolean; onDone(): void }) {
  const [present, setPresent] = useState('');
  const [next, setNext] = useState('');
  const [again, setAgain] = useState('');
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<string>();
  const submit = async (event: FormEvent) => {
    event.preventDefault();
    if (next !== again) return setError('The two new passwords differ. Type them again.');
    setBusy(true);
    setError(undefined);
    try {
      await changePassword(present, next);
      for (const clear of [setPresent, setNext, setAgain]) clear('');
      onDone();
    } catch (caught) {
      setError(sentenceOf(caught));
    } finally {
      setBusy(false);
    }
  };
  const field = (label: string, value: string, set: (text: string) => void, autoComplete: string) => (
    <PasswordInput
      label={label}
      value={value}
      autoComplete={autoComplete}
      required
      onChange={(event) => set(event.currentTarget.value)}
    />
  );
  return (
    <form onSubmit={submit} aria-label="New password">
      <Stack gap="md">
        {oneTime && <Text size="md">Your password is a one-time password. Set one of your own.</Text>}
        {field(oneTime ? 'One-time password' : 'Current password', present, setPresent, 'current-password')}
        {field('New password', next, setNext, 'new-password')}
        {field('New password, again', again, setAgain, 'new-password')}
        <ErrorLine text={error} />
        <Button type="submit" loading={busy}>
          Set password
        </Button>
      </Stack>
    </form>
  );
}
