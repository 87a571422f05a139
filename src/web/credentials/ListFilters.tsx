import { Button, Group, Select, TextInput } from '@mantine/core';
import { useNavigate } from '@tanstack/react-router';
import { useEffect, useRef, useState } from 'react';
import { HEALTHS } from '../../domain/credentials/credential.js';
import { wordOf } from '../parts/status.js';
import { isFiltered, LIST_SORTS, type ListSearch, readListSearch } from './listSearch.js';
import { GROUPS, serviceName } from './services.js';

const QUIET_MS = 150;
const TYPES = GROUPS.map(({ title, types }) => ({
  group: title,
  items: types.map((type) => ({ value: type, label: serviceName(type) })),
}));
const ORDERS = Object.entries(LIST_SORTS).map(([value, label]) => ({ value, label }));
const HEALTH_WORDS = HEALTHS.map((health) => ({ value: health, label: wordOf(health) }));

/** Search and filters. They are in the address, so that a view can be shared and Back works. */
export function ListFilters({ search }: { search: ListSearch }) {
  const navigate = useNavigate();
  const change = (part: Record<string, string | null>, replace = false) =>
    void navigate({ to: '/credentials', search: readListSearch({ ...search, ...part }), replace });
  return (
    <Group gap="sm" role="search">
      <SearchField value={search.q ?? ''} onChange={(q) => change({ q }, true)} />
      <Select
        aria-label="Service"
        placeholder="Service"
        clearable
        searchable
        w={150}
        data={TYPES}
        value={search.type ?? null}
        onChange={(type) => change({ type })}
      />
      <Select
        aria-label="Health"
        placeholder="Health"
        clearable
        w={130}
        data={HEALTH_WORDS}
        value={search.health ?? null}
        onChange={(health) => change({ health })}
      />
      <NeedsAndOrder search={search} change={change} />
      {isFiltered(search) && (
        <Button variant="subtle" onClick={() => void navigate({ to: '/credentials', search: {} })}>
          Clear filters
        </Button>
      )}
    </Group>
  );
}

interface ChangeProps {
  search: ListSearch;
  change(part: Record<string, string | null>): void;
}

function NeedsAndOrder({ search, change }: ChangeProps) {
  return (
    <>
      <Button
        variant={search.attention === 'true' ? 'filled' : 'default'}
        aria-pressed={search.attention === 'true'}
        onClick={() => change({ attention: search.attention === 'true' ? null : 'true' })}
      >
        Needs attention
      </Button>
      <Button
        variant={search.unused === '90' ? 'filled' : 'default'}
        aria-pressed={search.unused === '90'}
        onClick={() => change({ unused: search.unused === '90' ? null : '90' })}
      >
        Unused for 90 days
      </Button>
      <Select
        aria-label="Order"
        w={150}
        allowDeselect={false}
        data={ORDERS}
        value={search.sort ?? 'group'}
        onChange={(sort) => change({ sort: sort === 'group' ? null : sort })}
      />
    </>
  );
}

/** Asks the server when the typing has paused; the field itself never waits. */
function SearchField({ value, onChange }: { value: string; onChange(value: string): void }) {
  const [text, setText] = useState(value);
  const sent = useRef(value);
  useEffect(() => {
    if (value !== sent.current) setText(value);
    sent.current = value;
  }, [value]);
  useEffect(() => {
    if (text === sent.current) return;
    const timer = setTimeout(() => {
      sent.current = text;
      onChange(text);
    }, QUIET_MS);
    return () => clearTimeout(timer);
  });
  return (
    <TextInput
      id="search"
      type="search"
      aria-label="Search"
      placeholder="Search name, host, account, variable, owner"
      style={{ flex: '1 1 180px', maxWidth: 420 }}
      value={text}
      onChange={(event) => setText(event.currentTarget.value)}
    />
  );
}
