import { useNavigate } from '@tanstack/react-router';
import { useMemo, useRef, useState } from 'react';
import type { SeenCredential, Template, TestResult, UpdateCredential } from '../../client/contract.js';
import { listVersions } from '../../client/credentialParts.js';
import { getCredential, updateCredential } from '../../client/credentials.js';
import { queryClient } from '../../client/queryClient.js';
import { RequestError } from '../../client/request.js';
import { toast } from '../../parts/toasts.js';
import { failedTestOf } from '../form/failedTest.js';
import { useOwnFields } from '../form/OwnFields.js';
import { savedSentence } from '../form/savedSentence.js';
import { useCredentialForm } from '../form/useCredentialForm.js';
import type { Allowed } from '../unusual.js';
import { LIST_KEY } from '../useCredentialList.js';
import { type Clash, type Conflict, conflictOf } from './conflict.js';
import { changedFields, formOf, settingsOf } from './editFields.js';
import { metaBody } from './metaDraft.js';
import { useMeta } from './useMeta.js';

interface Met extends Conflict {
  theirs: SeenCredential;
}

/** The edit form of a credential: what is typed, what would be sent, and what others stored in the meantime. */
export function useEdit(credential: SeenCredential, template: Template) {
  const [base, setBase] = useState(credential);
  const own = useOwnFields(useMemo(() => formOf(template, base), [template, base]));
  const form = useCredentialForm(
    own.shape,
    useMemo(() => settingsOf(base), [base]),
  );
  const meta = useMeta(base, form.isDirty);
  const [met, setMet] = useState<Met>();
  const counted = [...form.required, ...form.conditional, ...form.optional];
  const fields = changedFields({
    form: own.shape,
    credential: base,
    counted: counted.map(({ name }) => name),
    sent: form.fields(),
  });
  const labelOf = (field: string) => counted.find(({ name }) => name === field)?.label ?? field;
  const secretFields = own.isFree ? addedSecrets(own.secrets, base, fields) : undefined;
  const save = useSave({ base, fields, secretFields, form, meta }, async () => {
    const found = await theirChange(base);
    if (found === undefined) return false;
    setMet({
      ...conflictOf({ base, ...found, yourMeta: meta.draft, yourFields: fields, labelOf }),
      theirs: found.theirs,
    });
    return true;
  });
  const settle = (theirs: readonly Clash[]) => {
    if (met === undefined) return;
    const [now, settings] = [met.theirs, settingsOf(met.theirs)];
    for (const { part, name, theirs: text } of theirs)
      if (part === 'field') form.set(name, settings[name] ?? '');
      else meta.set(name as Parameters<typeof meta.set>[0], text);
    setBase(now);
    setMet(undefined);
    toast('Both changes are in the form. Check it, then save.');
  };
  return { base, own, form, meta, fields, met, settle, dismiss: () => setMet(undefined), ...save };
}

type Fields = Readonly<Record<string, string | null>>;

/** Which fields are secret, where fields were added to a form that has none of its own. */
function addedSecrets(added: readonly string[], base: SeenCredential, fields: Fields): string[] | undefined {
  const isNew = Object.keys(fields).some(
    (name) => !(name in base.settings || base.secret_fields.includes(name)),
  );
  return isNew ? [...base.secret_fields, ...added.filter((name) => name in fields)] : undefined;
}

type Parts = {
  base: SeenCredential;
  fields: Fields;
  secretFields: string[] | undefined;
  form: ReturnType<typeof useCredentialForm>;
  meta: ReturnType<typeof useMeta>;
};

/** Sends what differs. `onConflict` answers whether there is another change to show. */
function useSave({ base, fields, secretFields, form, meta }: Parts, onConflict: () => Promise<boolean>) {
  const navigate = useNavigate();
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<unknown>();
  const [failedTest, setFailedTest] = useState<TestResult>();
  const send = async (test: UpdateCredential['test'], allow: Allowed) => {
    const body: UpdateCredential = {
      ...metaBody(meta.begin, meta.draft),
      ...(Object.keys(fields).length > 0 && { fields, test }),
      ...(secretFields !== undefined && { secret_fields: secretFields }),
      ...(allow.length > 0 && { allow_unusual: allow }),
    };
    const saved = await updateCredential(base.id, body, { revision: base.revision });
    form.markSaved();
    meta.markSaved();
    await queryClient.invalidateQueries({ queryKey: [LIST_KEY] });
    await queryClient.invalidateQueries({ queryKey: ['credential', base.id] });
    toast(savedSentence(saved.test));
    await navigate({ to: '/credentials/$id', params: { id: base.id }, search: {} });
  };
  const last = useRef<{ test: UpdateCredential['test']; allow: Allowed }>({ test: 'required', allow: [] });
  const save = async (test: UpdateCredential['test'], allow = last.current.allow) => {
    last.current = { test, allow };
    setBusy(true);
    setError(undefined);
    setFailedTest(undefined);
    try {
      await send(test, allow);
    } catch (caught) {
      if (isConflict(caught) && (await onConflict().catch(() => false))) return;
      form.showErrors(caught);
      meta.showErrors(caught);
      const test = failedTestOf(caught);
      setFailedTest(test);
      if (test === undefined) {
        setError(caught);
        last.current.allow = [];
      }
    } finally {
      setBusy(false);
    }
  };
  /** The last save, once more, with values that look unusual. */
  const saveUnusual = (allow: Allowed) => save(last.current.test, allow);
  return { busy, error, failedTest, save, saveUnusual };
}

const isConflict = (error: unknown): boolean =>
  error instanceof RequestError && (error.code === 'precondition_failed' || error.code === 'conflict');

/** What is stored now, and which secrets changed since `base`; undefined: it is still `base`. */
async function theirChange(base: SeenCredential) {
  const theirs = await getCredential(base.id);
  if (theirs.revision === base.revision || theirs.status === 'deleted') return undefined;
  const { items } = await listVersions(base.id);
  const since = items.filter(({ version }) => version > base.latest_version);
  // Another version that was made active may have any other secret.
  const names =
    since.length === 0 && theirs.active_version !== base.active_version
      ? theirs.secret_fields
      : since.flatMap(({ changed_fields }) => changed_fields);
  return { theirs, theirSecrets: theirs.secret_fields.filter((name) => names.includes(name)) };
}
