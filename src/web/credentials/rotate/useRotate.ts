import { useMemo, useRef, useState } from 'react';
import type { RotateCredential, SeenCredential, Template, TestResult } from '../../client/contract.js';
import { rotateCredential } from '../../client/credentialParts.js';
import { testValues } from '../../client/credentials.js';
import { queryClient } from '../../client/queryClient.js';
import { changedFields, settingsOf } from '../edit/editFields.js';
import { failedTestOf } from '../form/failedTest.js';
import { useCredentialForm } from '../form/useCredentialForm.js';
import type { Allowed } from '../unusual.js';
import { LIST_KEY } from '../useCredentialList.js';
import { rotateForm } from './rotateFields.js';

/** A rotation that is done: which version is active, which one was, and how the test went. */
export interface Rotated {
  from: number | null;
  to: number | null;
  test: TestResult | null;
}

/** The new values of a guided rotation. They are in the inputs only, and gone when they are stored. */
export function useRotate(
  credential: SeenCredential,
  template: Template,
  onRotated: (done: Rotated) => void,
) {
  const shape = useMemo(() => rotateForm(template, credential), [template, credential]);
  const form = useCredentialForm(
    shape,
    useMemo(() => settingsOf(credential), [credential]),
  );
  const [busy, setBusy] = useState<'test' | 'save'>();
  const [error, setError] = useState<unknown>();
  const [result, setResult] = useState<TestResult>();
  const fields = changedFields({
    form: shape,
    credential,
    counted: form.required.map(({ name }) => name),
    sent: form.fields(),
  });
  const given = credential.secret_fields.filter((name) => typeof fields[name] === 'string');
  const run = async (name: 'test' | 'save', work: () => Promise<void>) => {
    setBusy(name);
    setError(undefined);
    setResult(undefined);
    try {
      await work();
    } catch (caught) {
      form.showErrors(caught);
      const refused = failedTestOf(caught);
      setResult(refused);
      if (refused === undefined) {
        setError(caught);
        last.current.allow = [];
      }
    } finally {
      setBusy(undefined);
    }
  };
  const test = () =>
    run('test', async () => {
      const all = { ...settingsOf(credential), ...fields };
      setResult(await testValues({ service_type: credential.service_type, fields: all }, {}));
    });
  const keyOf = useIdempotency();
  const last = useRef<{ mode: RotateCredential['test']; allow: Allowed }>({ mode: 'required', allow: [] });
  const save = (mode: RotateCredential['test'], reason: string, allow = last.current.allow) =>
    run('save', async () => {
      last.current = { mode, allow };
      const body: RotateCredential = {
        fields,
        test: mode,
        ...(reason.trim() !== '' && { reason: reason.trim() }),
        ...(allow.length > 0 && { allow_unusual: allow }),
      };
      const saved = await rotateCredential(credential.id, body, keyOf(body));
      form.markSaved();
      onRotated({ from: credential.active_version, to: saved.active_version, test: saved.test });
      await queryClient.invalidateQueries({ queryKey: [LIST_KEY] });
    });
  return {
    form,
    busy,
    error,
    result,
    test,
    save,
    /** The last save, once more, with values that look unusual. */
    saveUnusual: (reason: string, allow: Allowed) => save(last.current.mode, reason, allow),
    isReady: given.length > 0,
    /** Without all secrets, the values can be tested only together with those that are stored. */
    canTestAlone: given.length === credential.secret_fields.length,
  };
}

export type Rotation = ReturnType<typeof useRotate>;

/** One key for each set of values: a repeated click rotates nothing twice. */
function useIdempotency(): (body: unknown) => string {
  const kept = useRef({ of: '', key: '' });
  return (body) => {
    const of = JSON.stringify(body);
    if (kept.current.of !== of) kept.current = { of, key: crypto.randomUUID() };
    return kept.current.key;
  };
}
