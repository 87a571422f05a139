import { Button, Group, Stack, Text, Title } from '@mantine/core';
import { useNavigate } from '@tanstack/react-router';
import { type FormEvent, type KeyboardEvent, useEffect, useRef } from 'react';
import type { SeenCredential, Template } from '../../client/contract.js';
import { Problem } from '../../parts/Problem.js';
import { FormFields } from '../form/FormFields.js';
import { OwnFields } from '../form/OwnFields.js';
import { TestResultView } from '../form/TestResultView.js';
import { TwoColumns } from '../form/TwoColumns.js';
import { StoreAnyway } from '../StoreAnyway.js';
import { ConflictDialog } from './ConflictDialog.js';
import classes from './EditForm.module.css';
import { MetaFields, NameField } from './MetaFields.js';
import { useEdit } from './useEdit.js';

type Edit = ReturnType<typeof useEdit>;

/** The form with the present settings. Stored secrets stay as they are where nothing is typed. */
export function EditForm({ credential, template }: { credential: SeenCredential; template: Template }) {
  const edit = useEdit(credential, template);
  const { base, form, meta, met } = edit;
  const shown = useInSight(edit);
  const isTested = Object.keys(edit.fields).length > 0 && template['free_form'] !== true;
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (form.isDirty || meta.isDirty) void edit.save(isTested ? 'required' : 'warn');
  };
  const onKey = (event: KeyboardEvent<HTMLFormElement>) => {
    if (event.key === 'Enter' && (event.ctrlKey || event.metaKey)) event.currentTarget.requestSubmit();
  };
  const left = (
    <Stack gap="xl">
      <NameField meta={meta} />
      <Stack gap="md">
        <Title order={2}>Fields</Title>
        {edit.own.isFree && <OwnFields add={edit.own.add} />}
        <FormFields form={form} storedSecrets={base.secret_fields} />
      </Stack>
      <MetaFields meta={meta} />
      {edit.error !== undefined && <Problem error={edit.error} />}
      <StoreAnyway error={edit.error} busy={edit.busy} onStore={(allow) => void edit.saveUnusual(allow)} />
      <Buttons edit={edit} isTested={isTested} />
    </Stack>
  );
  return (
    <>
      <form
        ref={shown}
        className={classes['form']}
        onSubmit={submit}
        onKeyDown={onKey}
        aria-label={`Edit ${base.name}`}
      >
        <TwoColumns left={left} right={<TestBeforeSave edit={edit} isTested={isTested} />} />
      </form>
      {met !== undefined && <ConflictDialog {...met} onClose={edit.dismiss} onSettle={edit.settle} />}
    </>
  );
}

/** Brings what stopped a save into sight: the first input that is wrong, else the message. */
function useInSight({ error, failedTest }: Edit) {
  const form = useRef<HTMLFormElement>(null);
  useEffect(() => {
    if (error === undefined && failedTest === undefined) return;
    const wrong = form.current?.querySelector<HTMLElement>('[aria-invalid="true"]');
    wrong?.focus();
    const message = failedTest === undefined ? '[role="alert"]' : 'aside';
    (wrong ?? form.current?.querySelector(message))?.scrollIntoView({ block: 'nearest' });
  }, [error, failedTest]);
  return form;
}

function Buttons({ edit, isTested }: { edit: Edit; isTested: boolean }) {
  const navigate = useNavigate();
  const { busy, form, meta, base } = edit;
  const isDirty = form.isDirty || meta.isDirty;
  return (
    <Group className={classes['bar'] ?? ''}>
      <Button type="submit" loading={busy} disabled={!isDirty}>
        {isTested ? 'Test, then save' : 'Save'}
      </Button>
      {isTested && (
        <Button variant="default" disabled={busy} onClick={() => void edit.save('skip')}>
          Save without a test
        </Button>
      )}
      <Button
        variant="subtle"
        visibleFrom="xs"
        onClick={() => void navigate({ to: '/credentials/$id', params: { id: base.id }, search: {} })}
      >
        Cancel
      </Button>
    </Group>
  );
}

interface TestProps {
  edit: Edit;
  isTested: boolean;
}

/** What the save will do, and the test that stopped it. */
function TestBeforeSave({ edit: { failedTest, busy, save }, isTested }: TestProps) {
  return (
    <Stack gap="md">
      <Title order={2}>Test</Title>
      <Text size="md" className="dim">
        {isTested
          ? 'The new values are tested with the stored secrets before they are saved. If the test fails, nothing changes.'
          : 'A change of a field makes a new version, which is tested before it is saved.'}
      </Text>
      {busy && isTested && (
        <Text size="md" role="status">
          Testing…
        </Text>
      )}
      {failedTest !== undefined && (
        <>
          <TestResultView result={failedTest} />
          <Group>
            <Button variant="default" disabled={busy} onClick={() => void save('skip')}>
              Save anyway
            </Button>
          </Group>
        </>
      )}
    </Stack>
  );
}
