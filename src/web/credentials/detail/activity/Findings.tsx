import { Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { listFindings } from '../../../client/activity.js';
import type { FindingPage } from '../../../client/contract.js';
import { Moment } from '../../../parts/Moment.js';
import { Problem } from '../../../parts/Problem.js';
import { Section } from '../../../parts/Section.js';

type Finding = FindingPage['items'][number];

/** What each kind means, and what to do. */
const SENTENCES: Readonly<Record<Finding['kind'], string>> = {
  drift: 'was written directly in Vault. Use it, or keep the active one: see Versions.',
  active_gone:
    'is the active one, and Vault no longer has it. Use another version, or store the secret again.',
  replaced: 'is not what the broker stored: the path in Vault was written again. Store the secret again.',
  missing: 'is gone with its path in Vault. Store the secret again.',
  orphan: 'belongs to no credential.',
};

/** Differences between Vault and what the broker stored; nothing where there is none. */
export function Findings({ id }: { id: string }) {
  const { data, error, refetch } = useQuery({
    queryKey: ['findings'],
    queryFn: ({ signal }) => listFindings({ signal }),
  });
  if (error !== null) return <Problem error={error} onRetry={() => void refetch()} />;
  const items = (data?.items ?? []).filter(({ credential }) => credential?.id === id);
  if (items.length === 0) return null;
  return (
    <Section title="Different in Vault">
      <ul>
        {items.map(({ id: key, kind, version, found_at }) => (
          <li key={key}>
            <Text size="md">
              {version === null ? 'It' : `Version ${version}`} {SENTENCES[kind]}{' '}
              <span className="dim">
                Found <Moment at={found_at} />.
              </span>
            </Text>
          </li>
        ))}
      </ul>
    </Section>
  );
}
