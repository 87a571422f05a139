import { Button, Group, Stack, TextInput } from '@mantine/core';
import { useNavigate } from '@tanstack/react-router';
import { type FormEvent, useRef, useState } from 'react';
import type { CreateCredential, Template, TestResult } from '../../client/contract.js';
import { createCredential } from '../../client/credentials.js';
import { queryClient } from '../../client/queryClient.js';
import { Problem } from '../../parts/Problem.js';
import { toast } from '../../parts/toasts.js';
import { LIST_KEY } from '../useCredentialList.js';
import { FormFields } from './FormFields.js';
import { failedTestOf } from './failedTest.js';
import { LiveTest } from './LiveTest.js';
import { OwnFields, useOwnFields } from './OwnFields.js';
import { savedSentence } from './savedSentence.js';
import { TestResultView } from './TestResultView.js';
import { TwoColumns } from './TwoColumns.js';
import { type CredentialForm, useCredentialForm } from './useCredentialForm.js';

const NOTHING = {};

/** The form of a service at the left, its live test at the right. */
export function NewCredentialForm({ template }: { template: Template }) {
  const own = useOwnFields(template);
  const form = useCredentialForm(own.shape, NOTHING);
  const [name, setName] = useState('');
  const { busy, error, failedTest, save } = useSave(template, form, {
    name,
    ...(own.isFree && { secret_fields: own.secrets }),
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    void save(own.isFree ? 'skip' : 'required');
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
      <SaveButtons {...{ busy, error, failedTest, save }} isTested={!own.isFree} />
    </Stack>
  );
  return (
    <form onSubmit={submit} aria-label="New credential">
      <TwoColumns left={left} right={<LiveTest template={template} form={form} />} />
    </form>
  );
}

type Chosen = Pick<CreateCredential, 'name' | 'secret_fields'>;

type Save = ReturnType<typeof useSave>;

/** Each button says what it will do; a test that fails leaves the choice to save anyway. */
function SaveButtons({ busy, error, failedTest, save, isTested }: Save & { isTested: boolean }) {
  return (
    <>
      {error !== undefined && <Problem error={error} />}
      {failedTest !== undefined && <TestResultView result={failedTest} />}
      <Group>
        <Button type="submit" loading={busy}>
          {isTested ? 'Test, then save' : 'Save'}
        </Button>
        {isTested && (
          <Button variant="default" disabled={busy} onClick={() => void save('skip')}>
            {failedTest === undefined ? 'Save without a test' : 'Save anyway'}
          </Button>
        )}
      </Group>
    </>
  );
}

function useSave(template: Template, form: CredentialForm, chosen: Chosen) {
  const navigate = useNavigate();
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<unknown>();
  const [failedTest, setFailedTest] = useState<TestResult>();
  const body = { ...chosen, service_type: template.service_type, fields: form.fields() };
  // One key for each set of values: a repeated click creates nothing twice.
  const key = useRef({ of: '', key: '' });
  const save = async (test: 'required' | 'skip') => {
    const of = JSON.stringify([body, test]);
    if (key.current.of !== of) key.current = { of, key: crypto.randomUUID() };
    setBusy(true);
    setError(undefined);
    setFailedTest(undefined);
    try {
      const created = await createCredential({ ...body, test }, key.current.key);
      form.markSaved();
      await queryClient.invalidateQueries({ queryKey: [LIST_KEY] });
      toast(savedSentence(created.test));
      await navigate({ to: '/credentials/$id', params: { id: created.id } });
    } catch (caught) {
      form.showErrors(caught);
      const failed = failedTestOf(caught);
      setFailedTest(failed);
      if (failed === undefined) setError(caught);
    } finally {
      setBusy(false);
    }
  };
  return { busy, error, failedTest, save };
}
