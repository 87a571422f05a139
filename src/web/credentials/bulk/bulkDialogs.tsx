import { Autocomplete, Checkbox, Text, Textarea, TextInput } from '@mantine/core';
import { useState } from 'react';
import type { ListedCredential } from '../../client/contract.js';
import { FormDialog } from '../../parts/FormDialog.js';
import { GrantDialog } from '../detail/access/GrantDialog.js';
import { useSubjects } from '../detail/access/subjects.js';
import { type Act, labelsIn, many } from './bulkWords.js';

/** What every dialog of the selection gets. */
export interface DialogProps {
  count: number;
  /** Selected rows that are loaded. */
  items: readonly ListedCredential[];
  /** Rejects where the broker refuses the job. */
  onAct(act: Act): Promise<unknown>;
  onClose(): void;
}

const labelKeys = (items: readonly ListedCredential[]) =>
  [...new Set(items.flatMap(({ labels }) => Object.keys(labels)))].sort();

/** Labels to set and one to remove; the keys that the rows have are offered. */
export function LabelDialog({ count, items, onAct, onClose }: DialogProps) {
  const [lines, setLines] = useState('');
  const [gone, setGone] = useState('');
  const [error, setError] = useState<string>();
  const submit = async () => {
    const labels = labelsIn(lines);
    if (labels === null) {
      setError('Write one key=value in each line, such as env=prod.');
      throw new Error('no labels');
    }
    setError(undefined);
    const remove = gone.trim() === '' ? [] : [gone.trim()];
    await onAct({ act: 'label', labels, remove_labels: remove });
  };
  return (
    <FormDialog title={`Label ${many(count)}`} submit="Set labels" onSubmit={submit} onClose={onClose}>
      <Textarea
        label="Labels to set"
        description="One key=value in each line. Other labels stay."
        autosize
        minRows={2}
        data-autofocus
        error={error}
        value={lines}
        onChange={(event) => setLines(event.currentTarget.value)}
      />
      <Autocomplete label="Label to remove" data={labelKeys(items)} value={gone} onChange={setGone} />
    </FormDialog>
  );
}

/** Shares all of them with one person, team, service account or role. */
export function ShareDialog({ onAct, onClose }: DialogProps) {
  const subjects = useSubjects();
  const save = async (grant: NonNullable<Act['grant']>) => {
    await onAct({ act: 'grant', grant });
    return true;
  };
  return <GrantDialog grant={undefined} subjects={subjects} onSave={save} onClose={onClose} />;
}

/** When to remind of the end; the settings replace those of each credential. */
export function ReminderDialog({ count, onAct, onClose }: DialogProps) {
  const [days, setDays] = useState('30, 7');
  const [isMuted, setMuted] = useState(false);
  const submit = () => {
    const numbers = days
      .split(/[\s,]+/)
      .filter((word) => word !== '')
      .map(Number);
    const reminders = {
      ...(numbers.length > 0 && { expiry_days: numbers }),
      ...(isMuted && { muted: true }),
    };
    return onAct({ act: 'reminder', reminders: Object.keys(reminders).length === 0 ? null : reminders });
  };
  return (
    <FormDialog title={`Remind of ${many(count)}`} submit="Set reminders" onSubmit={submit} onClose={onClose}>
      <TextInput
        label="Days before the end"
        description="With commas between them. Empty: as for all."
        data-autofocus
        disabled={isMuted}
        value={days}
        onChange={(event) => setDays(event.currentTarget.value)}
      />
      <Checkbox
        label="No reminders"
        checked={isMuted}
        onChange={(event) => setMuted(event.currentTarget.checked)}
      />
    </FormDialog>
  );
}

/** Asks before many are disabled. */
export function DisableDialog({ count, onAct, onClose }: DialogProps) {
  return (
    <FormDialog
      title={`Disable ${many(count)}?`}
      submit="Disable"
      onSubmit={() => onAct({ act: 'disable' })}
      onClose={onClose}
    >
      <Text size="md">Nobody can read a disabled credential until you enable it again.</Text>
    </FormDialog>
  );
}
