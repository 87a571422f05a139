import { Button, Group } from '@mantine/core';
import { useState } from 'react';
import { CLEARED_AFTER_S, CLIPBOARD_SENTENCE, ClipboardError, copySecret } from '../../../parts/clipboard.js';
import { sentenceOf } from '../../../parts/Problem.js';
import { toast } from '../../../parts/toasts.js';
import { useReveal } from './useReveal.js';
import type { ReadField } from './useSecretReader.js';

/** One secret; `read` is undefined for those who may not read it. */
export function SecretRow({ name, read }: { name: string; read: ReadField | undefined }) {
  if (read !== undefined) return <ReadableRow name={name} read={read} />;
  return (
    <tr>
      <th scope="row">{name}</th>
      <td className="dim">Stored. You can use it, but not read it.</td>
      <td />
    </tr>
  );
}

/** Masked, until it is revealed for 30 s. Copy works without showing it. */
function ReadableRow({ name, read }: { name: string; read: ReadField }) {
  const { value, left, show, hide } = useReveal();
  const [busy, setBusy] = useState<'reveal' | 'copy'>();
  const withValue = async (action: 'reveal' | 'copy', use: (value: string) => unknown) => {
    setBusy(action);
    try {
      const found = await read(name);
      if (found !== null) await use(found);
    } catch (error) {
      const text = error instanceof ClipboardError ? CLIPBOARD_SENTENCE : sentenceOf(error);
      toast(text, { tone: 'failed' });
    } finally {
      setBusy(undefined);
    }
  };
  const copy = async (secret: string) => {
    await copySecret(secret);
    toast(`Copied. Clears in ${CLEARED_AFTER_S} s. A clipboard history of your system may keep it.`);
  };
  return (
    <tr>
      <th scope="row">{name}</th>
      <td className={value === undefined ? 'mono dim' : 'mono'}>
        {value ?? (
          <>
            <span aria-hidden="true">••••••••••••</span>
            <span className="hidden">Stored secret, hidden</span>
          </>
        )}
      </td>
      <td>
        <Group gap="xs" wrap="nowrap" justify="end">
          <Button
            size="compact-sm"
            variant="default"
            loading={busy === 'reveal'}
            aria-label={value === undefined ? `Reveal ${name}` : `Hide ${name}`}
            onClick={() => (value === undefined ? void withValue('reveal', show) : hide())}
          >
            {value === undefined ? 'Reveal' : `Hide (${left} s)`}
          </Button>
          <Button
            size="compact-sm"
            variant="default"
            loading={busy === 'copy'}
            aria-label={`Copy ${name}`}
            onClick={() => void withValue('copy', copy)}
          >
            Copy
          </Button>
        </Group>
      </td>
    </tr>
  );
}
