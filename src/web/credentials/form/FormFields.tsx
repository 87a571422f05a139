import { Button, Stack } from '@mantine/core';
import { useState } from 'react';
import type { FieldSpec } from '../../../domain/credentials/template.js';
import { FieldInput } from './FieldInput.js';
import type { CredentialForm } from './useCredentialForm.js';

interface Props {
  form: CredentialForm;
  /** The secrets that are stored: their inputs may stay empty. */
  storedSecrets?: readonly string[];
}

/** The fields of a template: what is needed, then what the choice asks for, then the rest behind a button. */
export function FormFields({ form, storedSecrets = [] }: Props) {
  const { values, errors, optional } = form;
  const [all, setAll] = useState(false);
  // A field with a value or an error is never hidden.
  const shown = optional.filter(
    ({ name }) => all || (values[name] ?? '') !== '' || errors[name] !== undefined,
  );
  const input = (field: FieldSpec, isOptional: boolean) => {
    const isStored = storedSecrets.includes(field.name);
    const needed = !isOptional && field.required !== false && !isStored;
    return (
      <FieldInput
        key={field.name}
        field={{ ...field, required: needed }}
        value={values[field.name] ?? ''}
        error={errors[field.name]}
        placeholder={isStored ? 'Stored. Type to replace it.' : isOptional ? field.default : undefined}
        onChange={(value) => form.set(field.name, value)}
        onPaste={(text) => form.paste(field.name, text)}
      />
    );
  };
  return (
    <Stack gap="md">
      {form.required.map((field) => input(field, false))}
      {form.conditional.map((field) => input(field, false))}
      {shown.map((field) => input(field, true))}
      {!all && shown.length < optional.length && (
        <Button variant="subtle" style={{ alignSelf: 'start' }} onClick={() => setAll(true)}>
          Show {optional.length - shown.length} more options
        </Button>
      )}
    </Stack>
  );
}
