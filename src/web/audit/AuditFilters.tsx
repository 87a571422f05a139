import { Autocomplete, Button, Group, Select, TextInput } from '@mantine/core';
import { useNavigate } from '@tanstack/react-router';
import { type FormEvent, useState } from 'react';
import { AUDIT_ACTIONS, AUDIT_OUTCOMES } from '../../domain/audit/audit.js';
import type { AuditSearch } from '../client/contract.js';
import { readAuditSearch } from './auditSearch.js';

/** `2026-12-01T08:30` in the zone of the browser, as the field wants it. */
function localTime(at: string | undefined): string {
  if (at === undefined || Number.isNaN(Date.parse(at))) return '';
  const date = new Date(at);
  return new Date(date.getTime() - date.getTimezoneOffset() * 60_000).toISOString().slice(0, 16);
}
const utc = (local: string): string => (local === '' ? '' : new Date(local).toISOString());

/** The filters, which are in the address. They apply together, with the button or Enter. */
export function AuditFilters({ search }: { search: AuditSearch }) {
  const navigate = useNavigate();
  const [draft, setDraft] = useState<Readonly<Record<string, string | undefined>>>({ ...search });
  const set = (name: string, value: string) => setDraft((before) => ({ ...before, [name]: value }));
  const submit = (event: FormEvent) => {
    event.preventDefault();
    void navigate({ to: '/audit', search: readAuditSearch(draft) });
  };
  const text = (name: string, label: string) => (
    <TextInput
      label={label}
      w={190}
      value={draft[name] ?? ''}
      onChange={(event) => set(name, event.currentTarget.value)}
    />
  );
  const time = (name: string, label: string) => (
    <TextInput
      label={label}
      type="datetime-local"
      value={localTime(draft[name])}
      onChange={(event) => set(name, utc(event.currentTarget.value))}
    />
  );
  return (
    <form onSubmit={submit} aria-label="Filters">
      <Group gap="sm" align="end">
        <Autocomplete
          label="Action"
          placeholder="credential.*"
          w={210}
          limit={12}
          data={[...AUDIT_ACTIONS]}
          value={draft['action'] ?? ''}
          onChange={(value) => set('action', value)}
        />
        <Select
          label="Outcome"
          clearable
          w={130}
          data={[...AUDIT_OUTCOMES]}
          value={draft['outcome'] ?? null}
          onChange={(value) => set('outcome', value ?? '')}
        />
        {text('actor', 'Who')}
        {text('credential_id', 'Credential ID')}
        {text('request_id', 'Request ID')}
        {time('from', 'From')}
        {time('to', 'Until')}
        <Button type="submit">Filter</Button>
        <Button variant="subtle" onClick={() => void navigate({ to: '/audit', search: {} })}>
          Clear filters
        </Button>
      </Group>
    </form>
  );
}
