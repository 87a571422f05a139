import { useBlocker } from '@tanstack/react-router';
import { useRef, useState } from 'react';
import type { ImportAnswer, ImportEnv } from '../client/contract.js';
import { importEnv, previewEnv } from '../client/imports.js';
import { queryClient } from '../client/queryClient.js';
import { LIST_KEY } from '../credentials/useCredentialList.js';

/** What a person may choose before the import. */
export interface Choices {
  /** Keys of groups that are not imported. */
  without: ReadonlySet<string>;
  /** Variables that are imported although they are left out otherwise. */
  include: readonly string[];
  /** Keys of groups whose values here the file replaces. */
  overwrite: readonly string[];
  grantTo: readonly string[];
  acceptUndefined: boolean;
  /** Undefined: as the broker does by default. */
  tests: boolean | undefined;
}
const NOTHING: Choices = {
  without: new Set(),
  include: [],
  overwrite: [],
  grantTo: [],
  acceptUndefined: false,
  tests: undefined,
};

/**
 * The steps of an import. The text is in the memory of this page only and is dropped after the import: no mutation of the
 * query client holds it, because that one remembers what was sent.
 */
export function useImport() {
  const [text, setText] = useState('');
  const [choices, setChoices] = useState(NOTHING);
  const [preview, setPreview] = useState<ImportAnswer>();
  const [result, setResult] = useState<ImportAnswer>();
  const { busy, error, run } = useOneAtATime();
  const key = useRef({ of: '', key: '' });
  const isDirty = text !== '';
  useBlocker({
    shouldBlockFn: () => isDirty && !window.confirm('Leave without importing? What you pasted is dropped.'),
    enableBeforeUnload: () => isDirty,
  });
  const look = (next: Choices) =>
    run(async () => {
      setPreview(await previewEnv(bodyOf(text, next)));
      setChoices(next);
      key.current = { of: '', key: '' };
    });
  const store = () =>
    run(async () => {
      const only = preview === undefined || choices.without.size === 0 ? undefined : chosen(preview, choices);
      const body = { ...bodyOf(text, choices), ...(only && { only }) };
      const of = JSON.stringify({ ...body, content: '' });
      if (key.current.of !== of) key.current = { of, key: crypto.randomUUID() };
      setResult(await importEnv(body, key.current.key));
      setText('');
      await queryClient.invalidateQueries({ queryKey: [LIST_KEY] });
    });
  const again = () => {
    setText('');
    setChoices(NOTHING);
    setPreview(undefined);
    setResult(undefined);
  };
  return {
    ...{ text, setText, choices, preview, result, busy, error, look, store, again },
    /** Back to the text. */
    back: () => setPreview(undefined),
    /** A choice that changes nothing of the preview. */
    choose: (part: Partial<Choices>) => setChoices((before) => ({ ...before, ...part })),
  };
}

export type ImportSteps = ReturnType<typeof useImport>;

function useOneAtATime() {
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<unknown>();
  const run = async (work: () => Promise<void>) => {
    setBusy(true);
    setError(undefined);
    try {
      await work();
    } catch (caught) {
      setError(caught);
    } finally {
      setBusy(false);
    }
  };
  return { busy, error, run };
}

const chosen = ({ groups }: ImportAnswer, { without }: Choices): string[] =>
  groups.map(({ key }) => key).filter((key) => !without.has(key));

function bodyOf(content: string, choices: Choices): ImportEnv {
  const { include, overwrite, grantTo, acceptUndefined, tests } = choices;
  return {
    content,
    include: [...include],
    overwrite: [...overwrite],
    grant_to: [...grantTo],
    accept_undefined: acceptUndefined,
    ...(tests !== undefined && { tests }),
  };
}
