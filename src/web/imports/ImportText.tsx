import { Button, FileButton, Group, Stack, Text, Textarea } from '@mantine/core';
import { type FormEvent, useState } from 'react';
import type { ImportSteps } from './useImport.js';

/** The text of the file: pasted, dropped or chosen. */
export function ImportText({ steps }: { steps: ImportSteps }) {
  const { text, setText, choices, look, busy } = steps;
  const [from, setFrom] = useState<string>();
  const take = async (file: File | null | undefined) => {
    if (!file) return;
    setText(await file.text());
    setFrom(file.name);
  };
  const submit = (event: FormEvent) => {
    event.preventDefault();
    void look(choices);
  };
  return (
    <form onSubmit={submit} aria-label="Import" autoComplete="off">
      <Stack gap="md" maw={760}>
        <Textarea
          label="Text of the file"
          description="Paste it, or drop the file here. It stays in this page, and is dropped after the import."
          placeholder="PROXMOX_HOST=pve01.example.com"
          required
          autosize
          minRows={12}
          maxRows={24}
          spellCheck={false}
          styles={{ input: { fontFamily: 'var(--page-mono)', fontSize: 12 } }}
          value={text}
          onDragOver={(event) => event.preventDefault()}
          onDrop={(event) => {
            if (event.dataTransfer.files.length === 0) return;
            event.preventDefault();
            void take(event.dataTransfer.files[0]);
          }}
          onChange={(event) => setText(event.currentTarget.value)}
        />
        <Group>
          <Button type="submit" loading={busy} disabled={text.trim() === ''}>
            Preview
          </Button>
          <FileButton onChange={(file) => void take(file)}>
            {(props) => (
              <Button {...props} variant="default">
                Choose file
              </Button>
            )}
          </FileButton>
          {from !== undefined && <Text size="sm">From {from}.</Text>}
        </Group>
      </Stack>
    </form>
  );
}
