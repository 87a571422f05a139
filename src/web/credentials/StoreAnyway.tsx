import { Button } from '@mantine/core';
import { type Allowed, unusualKinds } from './unusual.js';

interface Props {
  error: unknown;
  busy: boolean;
  onStore(allow: Allowed): void;
}

/** Confirms values that do not look like real ones; nothing where something else is wrong. */
export function StoreAnyway({ error, busy, onStore }: Props) {
  const kinds = unusualKinds(error);
  if (kinds.length === 0) return null;
  return (
    <Button variant="default" style={{ alignSelf: 'start' }} loading={busy} onClick={() => onStore(kinds)}>
      Store it as it is
    </Button>
  );
}
