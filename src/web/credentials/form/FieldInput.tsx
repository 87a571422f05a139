import {
  Autocomplete,
  Button,
  Checkbox,
  FileButton,
  Group,
  PasswordInput,
  Select,
  Text,
  Textarea,
  TextInput,
} from '@mantine/core';
import { type ClipboardEvent, useState } from 'react';
import type { FieldSpec } from '../../../domain/credentials/template.js';
import { withoutBlanks } from './formFields.js';

interface Props {
  field: FieldSpec;
  value: string;
  error?: string | undefined;
  /** Shown in place of an empty secret that is stored: `Stored. Type to replace.` */
  placeholder?: string | undefined;
  onChange(value: string): void;
  /** True when the pasted text was split into several fields. */
  onPaste(text: string): boolean;
}

/** Lets the form split what is pasted; a plain value goes into the field as always. */
const pasteInto = (onPaste: Props['onPaste']) => (event: ClipboardEvent) => {
  if (onPaste(event.clipboardData.getData('text'))) event.preventDefault();
};

/** What every input but a checkbox has of its field. */
function commonOf({ field: { name, label, help, required = true }, error, placeholder }: Props) {
  return { name, label, error, description: help, placeholder, required };
}

const words = (option: string) => option.replaceAll('_', ' ');

/** The input for one field of a template. */
export function FieldInput(props: Props) {
  const { field, value, error, onChange, onPaste } = props;
  const { name, type, label, help, options = [], strict } = field;
  const common = commonOf(props);
  if (type === 'boolean')
    return (
      <Checkbox
        {...{ name, label, error, description: help }}
        checked={value === 'true'}
        onChange={(event) => onChange(String(event.currentTarget.checked))}
      />
    );
  if (type === 'select' && (strict === true || name === 'auth_method'))
    return (
      <Select
        {...common}
        data={options.map((option) => ({ value: option, label: words(option) }))}
        allowDeselect={!common.required}
        value={value === '' ? null : value}
        onChange={(next) => onChange(next ?? '')}
      />
    );
  if (type === 'select') return <Autocomplete {...common} data={options} value={value} onChange={onChange} />;
  if (type === 'multiline' || type === 'secret_text') return <TextArea {...props} />;
  if (type === 'password') return <SecretInput {...props} />;
  return (
    <TextInput
      {...common}
      inputMode={type === 'integer' ? 'numeric' : 'text'}
      autoComplete="off"
      spellCheck={false}
      value={value}
      onPaste={pasteInto(onPaste)}
      onChange={(event) => onChange(event.currentTarget.value)}
    />
  );
}

/** A one-line secret. Blanks that a terminal put into it are pointed out, and removed on request. */
function SecretInput(props: Props) {
  const { field, value, onChange, onPaste } = props;
  const joined = withoutBlanks(value);
  return (
    <PasswordInput
      {...commonOf(props)}
      autoComplete="new-password"
      spellCheck={false}
      value={value}
      onPaste={pasteInto(onPaste)}
      onChange={(event) => onChange(event.currentTarget.value)}
      inputContainer={(children) => (
        <>
          {children}
          {joined !== undefined && /token|key|secret/.test(field.name) && (
            <Text size="sm" mt={4}>
              It contains blanks or line breaks.{' '}
              <Button size="compact-xs" variant="default" onClick={() => onChange(joined)}>
                Remove them
              </Button>
            </Text>
          )}
        </>
      )}
    />
  );
}

/** Several lines: typed, pasted or from a file. They are kept as they are, with the last line break. */
function TextArea(props: Props) {
  const { value, onChange, onPaste } = props;
  const [from, setFrom] = useState<string>();
  const take = async (file: File | null | undefined) => {
    if (!file) return;
    onChange(await file.text());
    setFrom(file.name);
  };
  return (
    <Textarea
      {...commonOf(props)}
      autosize
      minRows={4}
      maxRows={12}
      spellCheck={false}
      autoComplete="off"
      styles={{ input: { fontFamily: 'var(--page-mono)', fontSize: 12 } }}
      value={value}
      onPaste={pasteInto(onPaste)}
      onDragOver={(event) => event.preventDefault()}
      onDrop={(event) => {
        if (event.dataTransfer.files.length === 0) return;
        event.preventDefault();
        void take(event.dataTransfer.files[0]);
      }}
      onChange={(event) => onChange(event.currentTarget.value)}
      inputContainer={(children) => (
        <>
          {children}
          <Group gap="sm" mt={4}>
            <FileButton onChange={(file) => void take(file)}>
              {(props) => (
                <Button {...props} size="compact-xs" variant="default">
                  Choose file
                </Button>
              )}
            </FileButton>
            <Text size="sm" className="dim">
              {from !== undefined && `From ${from}. `}
              {value !== '' &&
                (value.endsWith('\n') ? 'Ends with a line break.' : 'Ends without a line break.')}
            </Text>
          </Group>
        </>
      )}
    />
  );
}
