import '@mantine/spotlight/styles.css';
import { Spotlight } from '@mantine/spotlight';
import { useQuery } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { useDeferredValue, useState } from 'react';
import { listCredentials } from '../client/credentials.js';
import { placeOf, serviceName } from '../credentials/services.js';
import { useSettled } from '../parts/time.js';
import { knownKeys } from './keys.js';

const QUIET_MS = 150;
const FOUND = 8;

/** Search and commands in one place: credentials, which the server searches, and everything that a key does now. */
export function Palette({ onClose }: { onClose(): void }) {
  const [text, setText] = useState('');
  const navigate = useNavigate();
  const q = useSettled(text.trim(), QUIET_MS);
  const { data } = useQuery({
    queryKey: ['palette', q],
    queryFn: ({ signal }) => listCredentials({ limit: FOUND, ...(q === '' ? {} : { q }) }, { signal }),
    placeholderData: (before) => before,
  });
  const words = useDeferredValue(text.trim().toLowerCase());
  const commands = knownKeys().filter(({ label }) => label.toLowerCase().includes(words));
  return (
    <Spotlight.Root
      query={text}
      onQueryChange={setText}
      forceOpened
      attributes={{ content: { 'aria-label': 'Search or run a command' } }}
      onSpotlightClose={onClose}
      scrollable
      styles={{ actionDescription: { opacity: 1 } }}
      maxHeight={420}
    >
      <Spotlight.Search
        placeholder="Search credentials, or type a command"
        aria-label="Search or run a command"
      />
      <Spotlight.ActionsList>
        {(data?.items ?? []).map(({ id, name, service_type, settings, identity }) => (
          <Spotlight.Action
            key={id}
            label={name}
            description={`${serviceName(service_type)} · ${placeOf(settings, identity)}`}
            onClick={() => void navigate({ to: '/credentials/$id', params: { id } })}
          />
        ))}
        {commands.map(({ keys, label, run }) => (
          <Spotlight.Action key={label} label={label} rightSection={<kbd>{keys}</kbd>} onClick={run} />
        ))}
        {commands.length === 0 && data?.items.length === 0 && (
          <Spotlight.Empty>Nothing found</Spotlight.Empty>
        )}
      </Spotlight.ActionsList>
    </Spotlight.Root>
  );
}
