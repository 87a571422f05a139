import { Button, Checkbox, Group, TextInput } from '@mantine/core';
import { type KeyboardEvent, useMemo, useState } from 'react';
import type { FieldSpec } from '../../../domain/credentials/template.js';
import type { Template } from '../../client/contract.js';
import { optionalFields, requiredFields } from './formFields.js';

/** The fields that a person adds to a form without fields of its own, and the template with them. */
export function useOwnFields(template: Template) {
  const [own, setOwn] = useState<readonly FieldSpec[]>([]);
  const shape = useMemo(
    () => ({
      ...template,
      required_fields: [...requiredFields(template), ...own].map((field) => ({ ...field })),
    }),
    [template, own],
  );
  const known = [...requiredFields(shape), ...optionalFields(template)].map(({ name }) => name);
  return {
    shape,
    isFree: template['free_form'] === true,
    secrets: own.filter(({ type }) => type === 'password').map(({ name }) => name),
    /** Answers why a field can't be added; nothing when it was. */
    add(name: string, isSecret: boolean): string | undefined {
      if (!/^[a-z][a-z0-9_]{0,62}$/.test(name))
        return 'Use lower-case letters, digits and _, such as api_key.';
      if (known.includes(name)) return 'There is a field with this name.';
      setOwn([...own, { name, type: isSecret ? 'password' : 'text', label: name }]);
      return undefined;
    },
  };
}

/** Adds a field to the form. */
export function OwnFields({ add }: Pick<ReturnType<typeof useOwnFields>, 'add'>) {
  const [name, setName] = useState('');
  const [isSecret, setSecret] = useState(true);
  const [error, setError] = useState<string>();
  const submit = () => {
    const problem = add(name.trim(), isSecret);
    setError(problem);
    if (problem === undefined) setName('');
  };
  const onKey = (event: KeyboardEvent) => {
    if (event.key !== 'Enter') return;
    event.preventDefault();
    submit();
  };
  return (
    <Group align="flex-end" role="group" aria-label="Add a field">
      <TextInput
        label="Name of a field"
        description="Such as api_key, user or host."
        autoComplete="off"
        value={name}
        error={error}
        onKeyDown={onKey}
        onChange={(event) => setName(event.currentTarget.value)}
      />
      <Checkbox
        label="Secret"
        mb={8}
        checked={isSecret}
        onChange={(event) => setSecret(event.currentTarget.checked)}
      />
      <Button variant="default" onClick={submit}>
        Add field
      </Button>
    </Group>
  );
}
