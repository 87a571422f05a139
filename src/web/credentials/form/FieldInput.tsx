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
import { type FormField, withoutBlanks } from './formFields.js';

interface Props {
  field: FormField;
  value: string;
  error?: string | undefined;
  /** Shown in place of an empty secret that is stored: `Stored. Type to replace.` */
  placeholder?: string | undefined;
  onChange(value: string): void;
  /** True when the pasted text was split into several fields. */
  onPaste(text: string): boolean;
}

const words = (option: string) => option.replaceAll('_', ' ');

/** The input for one field of a template. */
export function FieldInput({ field, value, error, placeholder, onChange, onPaste }: Props) {
  const { name, type, label, required = true, help, options = [], strict } = field;
  const common = { name, label, error, description: help, placeholder };
  const paste = (event: ClipboardEvent) => {
    if (onPaste(event.clipboardData.getData('text'))) event.preventDefault();
  };
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
        required={required}
        data={options.map((option) => ({ value: option, label: words(option) }))}
        value={value === '' ? null : value}
        onChange={(next) => onChange(next ?? '')}
      />
    );
  if (type === 'select')
    return <Autocomplete {...common} required={required} data={options} value={value} onChange={onChange} />;
  if (type === 'multiline' || type === 'secret_text')
    return <TextArea {...{ field, value, error, placeholder, onChange, onPaste }} />;
  if (type === 'password')
    return <SecretInput {...{ field, value, error, placeholder, onChange, onPaste }} />;
  return (
    <TextInput
      {...common}
      required={required}
      inputMode={type === 'integer' ? 'numeric' : 'text'}
      autoComplete="off"
      spellCheck={false}
      value={value}
      onPaste={paste}
      onChange={(event) => onChange(event.currentTarget.value)}
    />
  );
}

/** A one-line secret. Blanks that a terminal put into it are pointed out, and removed on request. */
function SecretInput({ field, value, error, placeholder, onChange, onPaste }: Props) {
  const joined = withoutBlanks(value);
  return (
    <PasswordInput
      name={field.name}
      label={field.label}
      description={field.help}
      error={error}
      placeholder={placeholder}
      required={field.required ?? true}
      autoComplete="new-password"
      spellCheck={false}
      value={value}
      onPaste={(event) => {
        if (onPaste(event.clipboardData.getData('text'))) event.preventDefault();
      }}
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
function TextArea({ field, value, error, placeholder, onChange, onPaste }: Props) {
  const [from, setFrom] = useState<string>();
  const take = async (file: File | null | undefined) => {
    if (!file) return;
    onChange(await file.text());
    setFrom(file.name);
  };
  return (
    <Textarea
      name={field.name}
      label={field.label}
      description={field.help}
      error={error}
      placeholder={placeholder}
      required={field.required ?? true}
      autosize
      minRows={4}
      maxRows={12}
      spellCheck={false}
      autoComplete="off"
      styles={{ input: { fontFamily: 'var(--page-mono)', fontSize: 12 } }}
      value={value}
      onPaste={(event) => {
        if (onPaste(event.clipboardData.getData('text'))) event.preventDefault();
      }}
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
