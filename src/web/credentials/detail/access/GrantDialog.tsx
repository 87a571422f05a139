import { Autocomplete, Button, Group, Modal, Select, Stack, TextInput } from '@mantine/core';
import { type FormEvent, useState } from 'react';
import type { Grant } from '../../../client/contract.js';
import { ErrorLine } from '../../../parts/ErrorLine.js';
import { sentenceOf } from '../../../parts/Problem.js';
import { localTime } from '../../localTime.js';
import { LEVEL_WORDS } from './levels.js';
import {
  accountName,
  KIND_WORDS,
  type SubjectKind,
  type Subjects,
  subjectIn,
  suggestions,
} from './subjects.js';

interface Props {
  /** The grant that is changed; undefined: a new one. */
  grant: Grant | undefined;
  subjects: Subjects;
  /** Answers false where the user gave no reason. */
  onSave(grant: Grant): Promise<boolean>;
  onClose(): void;
}

/** Shares the credential with somebody, or changes what they may do and until when. */
export function GrantDialog({ grant, subjects, onSave, onClose }: Props) {
  const draft = useDraft(grant, subjects);
  const { subject, level, setLevel, until, setUntil } = draft;
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<string>();
  const submit = async (event: FormEvent) => {
    event.preventDefault();
    setBusy(true);
    setError(undefined);
    try {
      if (await onSave(draft.grant())) onClose();
    } catch (caught) {
      setError(sentenceOf(caught));
    } finally {
      setBusy(false);
    }
  };
  return (
    <Modal
      opened
      onClose={onClose}
      closeOnClickOutside={subject === '' || grant !== undefined}
      title={grant === undefined ? 'Share it' : `Change what ${subject} may do`}
      closeButtonProps={{ 'aria-label': 'Close' }}
    >
      <form onSubmit={submit}>
        <Stack gap="md">
          {grant === undefined && <Who draft={draft} subjects={subjects} />}
          <Choice label="They may" words={LEVEL_WORDS} value={level} onChange={setLevel} />
          <TextInput
            label="Until"
            description="In your time zone. Empty: without an end."
            type="datetime-local"
            value={until}
            onChange={(event) => setUntil(event.currentTarget.value)}
          />
          <ErrorLine text={error} />
          <Group>
            <Button type="submit" loading={busy} disabled={subject.trim() === ''}>
              {grant === undefined ? 'Share' : 'Save'}
            </Button>
            <Button variant="default" onClick={onClose}>
              Cancel
            </Button>
          </Group>
        </Stack>
      </form>
    </Modal>
  );
}

type Draft = ReturnType<typeof useDraft>;

/** The kind of subject, then its name, with those that are known. */
function Who({ draft, subjects }: { draft: Draft; subjects: Subjects }) {
  const { kind, setKind, subject, setSubject } = draft;
  return (
    <>
      <Choice label="With a" words={KIND_WORDS} value={kind} onChange={setKind} />
      <Autocomplete
        label={KIND_WORDS[kind]}
        required
        data-autofocus
        data={suggestions(kind, subjects)}
        value={subject}
        onChange={setSubject}
      />
    </>
  );
}

function useDraft(grant: Grant | undefined, subjects: Subjects) {
  const [kind, setKind] = useState<SubjectKind>(grant?.subject_kind ?? 'user');
  const [subject, setSubject] = useState(grant === undefined ? '' : accountName(grant.subject, subjects));
  const [level, setLevel] = useState<Grant['level']>(grant?.level ?? 'read');
  const [until, setUntil] = useState(grant?.expires_at ? localTime(grant.expires_at) : '');
  return {
    kind,
    setKind: (next: SubjectKind) => {
      setKind(next);
      setSubject('');
    },
    subject,
    setSubject,
    level,
    setLevel,
    until,
    setUntil,
    grant: (): Grant => ({
      subject_kind: kind,
      subject: grant?.subject ?? subjectIn(kind, subject, subjects),
      level,
      expires_at: until === '' ? null : new Date(until).toISOString(),
    }),
  };
}

interface ChoiceProps<Word extends string> {
  label: string;
  words: Readonly<Record<Word, string>>;
  value: Word;
  onChange(value: Word): void;
}

function Choice<Word extends string>({ label, words, value, onChange }: ChoiceProps<Word>) {
  return (
    <Select
      label={label}
      allowDeselect={false}
      data={Object.entries(words).map(([name, word]) => ({ value: name, label: String(word) }))}
      value={value}
      onChange={(next) => next !== null && onChange(next as Word)}
    />
  );
}
