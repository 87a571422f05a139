import { Alert, Button, Group } from '@mantine/core';
import { useState } from 'react';
import type { Session } from '../client/contract.js';
import { askToSignIn } from '../client/request.js';
import { useNow } from '../parts/time.js';
import classes from './EndOfSession.module.css';

const WARN_MS = 120_000;

/** Two minutes before the session ends: how long is left, and the way to a new one. */
export function EndOfSession({ session }: { session: Session }) {
  const now = useNow(5_000);
  const [hidden, setHidden] = useState<string>();
  const left = Date.parse(session.expires_at) - now;
  if (left > WARN_MS || left <= 0 || hidden === session.expires_at) return null;
  return (
    <Alert className={classes['banner'] ?? ''} color="yellow" title="Your session ends soon" role="status">
      <Group gap="md">
        <span>{Math.max(1, Math.round(left / 1000))} seconds left.</span>
        <Button size="xs" onClick={() => void askToSignIn()}>
          Sign in again
        </Button>
        <Button size="xs" variant="default" onClick={() => setHidden(session.expires_at)}>
          Later
        </Button>
      </Group>
    </Alert>
  );
}
