import { useBlocker } from '@tanstack/react-router';
import { useCallback, useMemo, useRef, useState } from 'react';
import type { Template } from '../../client/contract.js';
import { RequestError } from '../../client/request.js';
import {
  conditionalFields,
  firstValues,
  optionalFields,
  pastedFields,
  requiredFields,
  sentFields,
  type Values,
} from './formFields.js';

/** The state of a form that a template describes. Values are in memory only, and gone when the form is left. */
export function useCredentialForm(template: Template, stored: Values = {}) {
  const begin = useMemo(() => ({ ...firstValues(template), ...stored }), [template, stored]);
  const [changed, setChanged] = useState<Values>({});
  const [errors, setErrors] = useState<Readonly<Record<string, string>>>({});
  // Read when the navigation happens, which is before the next rendering.
  const saved = useRef(false);
  const values = useMemo(() => ({ ...begin, ...changed }), [begin, changed]);
  const isDirty = Object.entries(changed).some(([name, value]) => value !== (begin[name] ?? ''));
  useBlocker({
    shouldBlockFn: () =>
      isDirty && !saved.current && !window.confirm('Leave without saving? What you typed is lost.'),
    enableBeforeUnload: () => isDirty && !saved.current,
  });
  const set = useCallback((name: string, value: string) => {
    setChanged((before) => ({ ...before, [name]: value }));
    setErrors(({ [name]: _fixed, ...others }) => others);
  }, []);
  const paste = useCallback(
    (name: string, text: string): boolean => {
      const parts = pastedFields(template, name, text);
      if (parts !== null) setChanged((before) => ({ ...before, ...parts }));
      return parts !== null;
    },
    [template],
  );
  return {
    values,
    errors,
    isDirty,
    set,
    paste,
    required: requiredFields(template),
    conditional: conditionalFields(template, values),
    optional: optionalFields(template),
    fields: () => sentFields(template, values),
    showErrors: (error: unknown) => setErrors(errorsOf(error)),
    markSaved: () => {
      saved.current = true;
    },
  };
}

export type CredentialForm = ReturnType<typeof useCredentialForm>;

/** `fields.host must be …` → the rule at the field `host`. */
function errorsOf(error: unknown): Record<string, string> {
  if (!(error instanceof RequestError)) return {};
  return Object.fromEntries(
    error.fields.map(({ field, rule }) => [
      field.replace(/^fields\./, ''),
      `${rule[0]?.toUpperCase()}${rule.slice(1)}.`,
    ]),
  );
}
