import { Checkbox, Stack, Textarea, TextInput, Title } from '@mantine/core';
import type { ReactNode } from 'react';
import { META_LABELS, type MetaField } from './metaDraft.js';
import type { Meta } from './useMeta.js';

interface LineProps {
  meta: Meta;
  name: MetaField;
  help?: string;
  type?: 'text' | 'datetime-local';
  isNumber?: boolean;
}

const commonOf = ({ meta, name, help }: Omit<LineProps, 'type' | 'isNumber'>) => ({
  name,
  label: META_LABELS[name],
  description: help,
  error: meta.errors[name],
  value: meta.draft[name],
});

function Line({ type = 'text', isNumber = false, ...props }: LineProps) {
  return (
    <TextInput
      {...commonOf(props)}
      type={type}
      inputMode={isNumber ? 'numeric' : 'text'}
      autoComplete="off"
      onChange={(event) => props.meta.set(props.name, event.currentTarget.value)}
    />
  );
}

function Lines({ isMono = false, ...props }: Omit<LineProps, 'type' | 'isNumber'> & { isMono?: boolean }) {
  return (
    <Textarea
      {...commonOf(props)}
      autosize
      minRows={2}
      maxRows={10}
      spellCheck={!isMono}
      {...(isMono && { styles: { input: { fontFamily: 'var(--page-mono)', fontSize: 12 } } })}
      onChange={(event) => props.meta.set(props.name, event.currentTarget.value)}
    />
  );
}

function Part({ title, children }: { title: string; children: ReactNode }) {
  return (
    <Stack gap="md">
      <Title order={2}>{title}</Title>
      {children}
    </Stack>
  );
}

/** The name, which comes first in the form. */
export function NameField({ meta }: { meta: Meta }) {
  return (
    <TextInput
      {...commonOf({ meta, name: 'name' })}
      required
      maxLength={255}
      onChange={(event) => meta.set('name', event.currentTarget.value)}
    />
  );
}

/** Description, labels, variables, times and reminders. None of them makes a new version. */
export function MetaFields({ meta }: { meta: Meta }) {
  return (
    <>
      <Part title="About it">
        <Lines meta={meta} name="description" help="Shown in clear: no secrets." />
        <Lines meta={meta} name="labels" isMono help="One key=value on each line." />
        <Lines meta={meta} name="env_names" isMono help="One VARIABLE=field on each line." />
      </Part>
      <Part title="Times">
        <Line
          meta={meta}
          name="expires_at"
          type="datetime-local"
          help="When the secret ends, in your time zone. Empty: not known, or never."
        />
        <Line meta={meta} name="rotation_interval_days" isNumber help="Empty: no schedule." />
        <Line
          meta={meta}
          name="test_interval_minutes"
          isNumber
          help="Empty: the default of the broker for the service."
        />
      </Part>
      <Part title="Reminders to the owner">
        <Line meta={meta} name="expiry_days" help="For example 30, 7. Empty: as set for the broker." />
        <Line meta={meta} name="unused_days" help="A number, or never. Empty: as set for the broker." />
        <Checkbox
          label={META_LABELS.muted}
          description="Send no reminder about this credential."
          checked={meta.draft.muted !== ''}
          onChange={(event) => meta.set('muted', event.currentTarget.checked ? 'yes' : '')}
        />
      </Part>
    </>
  );
}
