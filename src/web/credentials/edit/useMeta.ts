import { useBlocker } from '@tanstack/react-router';
import { useMemo, useRef, useState } from 'react';
import type { SeenCredential } from '../../client/contract.js';
import { RequestError } from '../../client/request.js';
import { changedMeta, META_FIELDS, type MetaDraft, type MetaField, metaOf } from './metaDraft.js';

type Errors = Readonly<Partial<Record<MetaField, string>>>;

/** The inputs besides the fields of the form. Asks before they are lost, unless the form asks already. */
export function useMeta(base: SeenCredential, isAskedByForm: boolean) {
  const begin = useMemo(() => metaOf(base), [base]);
  const [typed, setTyped] = useState<Partial<MetaDraft>>({});
  const [errors, setErrors] = useState<Errors>({});
  const draft: MetaDraft = useMemo(() => ({ ...begin, ...typed }), [begin, typed]);
  const isDirty = changedMeta(begin, draft).length > 0;
  // Read when the navigation happens, which is before the next rendering.
  const saved = useRef(false);
  useBlocker({
    shouldBlockFn: () =>
      isDirty &&
      !isAskedByForm &&
      !saved.current &&
      !window.confirm('Leave without saving? What you typed is lost.'),
    enableBeforeUnload: () => isDirty && !saved.current,
  });
  return {
    begin,
    draft,
    errors,
    isDirty,
    set: (name: MetaField, value: string) => {
      setTyped((before) => ({ ...before, [name]: value }));
      setErrors(({ [name]: _fixed, ...others }) => others);
    },
    showErrors: (error: unknown) => setErrors(errorsOf(error)),
    markSaved: () => {
      saved.current = true;
    },
  };
}

export type Meta = ReturnType<typeof useMeta>;

/** `env`, `must …` → `“env” must ….`; a place in a list is left out. */
function sentenceOf(where: string, rule: string): string {
  if (where === '(a key)') return `A key ${rule}.`;
  if (/^\D/.test(where)) return `“${where}” ${rule}.`;
  return `${rule[0]?.toUpperCase()}${rule.slice(1)}.`;
}

/** `labels.env must …`, `reminders.expiry_days.0 must …` → the rule at the input. */
function errorsOf(error: unknown): Errors {
  if (!(error instanceof RequestError)) return {};
  const found = error.fields.flatMap(({ field, rule }) => {
    const path = field.replace(/^reminders\./, '');
    const name = META_FIELDS.find((one) => path === one || path.startsWith(`${one}.`));
    const where = name === undefined ? '' : path.slice(name.length + 1);
    return name === undefined ? [] : [[name, sentenceOf(where, rule)]];
  });
  return Object.fromEntries(found);
}
