import { Button, Group, Stack, TextInput } from '@mantine/core';
import { useNavigate } from '@tanstack/react-router';
import { type FormEvent, useRef, useState } from 'react';
import type { CreateCredential, Template } from '../../client/contract.js';
import { createCredential } from '../../client/credentials.js';
import { queryClient } from '../../client/queryClient.js';
import { Problem } from '../../parts/Problem.js';
import { toast } from '../../parts/toasts.js';
import { LIST_KEY } from '../useCredentialList.js';
import { FormFields } from './FormFields.js';
import { LiveTest } from './LiveTest.js';
import { OwnFields, useOwnFields } from './OwnFields.js';
import { TwoColumns } from './TwoColumns.js';
import { type CredentialForm, useCredentialForm } from './useCredentialForm.js';

const NOTHING = {};

/** The form of a service at the left, its live test at the right. */
export function NewCredentialForm({ template }: { template: Template }) {
  const own = useOwnFields(template);
  const form = useCredentialForm(own.shape, NOTHING);
  const [name, setName] = useState('');
  const { busy, error, save } = useSave(template, form, {
    name,
    ...(own.isFree && { secret_fields: own.secrets }),
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    void save(template['free_form'] === true ? 'skip' : 'warn');
  };
  const left = (
    <Stack gap="md">
      <TextInput
        label="Name"
        name="name"
        required
        maxLength={255}
        value={name}
        error={form.errors['name']}
        onChange={(event) => setName(event.currentTarget.value)}
      />
      {own.isFree && <OwnFields add={own.add} />}
      <FormFields form={form} />
      {error !== undefined && <Problem error={error} />}
      <Group>
        <Button type="submit" loading={busy}>
          Save and test
        </Button>
        <Button variant="default" disabled={busy} onClick={() => void save('skip')}>
          Save without a test
        </Button>
      </Group>
    </Stack>
  );
  return (
    <form onSubmit={submit} aria-label="New credential">
      <TwoColumns left={left} right={<LiveTest template={template} form={form} />} />
    </form>
  );
}

type Chosen = Pick<CreateCredential, 'name' | 'secret_fields'>;

function useSave(template: Template, form: CredentialForm, chosen: Chosen) {
  const navigate = useNavigate();
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<unknown>();
  const body = { ...chosen, service_type: template.service_type, fields: form.fields() };
  // One key for each set of values: a repeated click creates nothing twice.
  const key = useRef({ of: '', key: '' });
  const save = async (test: 'warn' | 'skip') => {
    const of = JSON.stringify([body, test]);
    if (key.current.of !== of) key.current = { of, key: crypto.randomUUID() };
    setBusy(true);
    setError(undefined);
    try {
      const created = await createCredential({ ...body, test }, key.current.key);
      form.markSaved();
      await queryClient.invalidateQueries({ queryKey: [LIST_KEY] });
      toast(`${created.name} is saved.`);
      await navigate({ to: '/credentials/$id', params: { id: created.id } });
    } catch (caught) {
      form.showErrors(caught);
      setError(caught);
    } finally {
      setBusy(false);
    }
  };
  return { busy, error, save };
}
