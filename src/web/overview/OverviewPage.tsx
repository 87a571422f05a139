import { Skeleton, Stack, Text, Title } from '@mantine/core';
import type { CredentialSummary } from '../client/contract.js';
import { EmptyList } from '../credentials/EmptyList.js';
import { Problem } from '../parts/Problem.js';
import { Section } from '../parts/Section.js';
import { Activity } from './Activity.js';
import { Expiring } from './Expiring.js';
import { HealthMatrix } from './HealthMatrix.js';
import { Needs } from './Needs.js';
import classes from './Overview.module.css';
import { useLiveOverview, useSummary } from './useOverview.js';

/** What needs this person now, whether everything works, what ends soon, what happened last. */
export function OverviewPage() {
  useLiveOverview();
  const { data, error, refetch, dataUpdatedAt } = useSummary();
  return (
    <Stack gap="xl">
      <Title order={1}>Overview</Title>
      {error !== null && data === undefined ? (
        <Problem error={error} onRetry={() => void refetch()} />
      ) : data === undefined ? (
        <Skeleton height={320} aria-label="Loading" />
      ) : (
        <Parts summary={data} seenAt={new Date(dataUpdatedAt).toISOString()} />
      )}
    </Stack>
  );
}

function Parts({ summary, seenAt }: { summary: CredentialSummary; seenAt: string }) {
  if (summary.total === 0) return <EmptyList filtered={false} />;
  return (
    <>
      <Section title="Needs you now">
        <Needs summary={summary} seenAt={seenAt} />
      </Section>
      <div className={classes['columns']}>
        <Section title="Health by service">
          <HealthMatrix groups={summary.groups} />
        </Section>
        <Stack gap="xl">
          <Section title="Ends within 30 days">
            {summary.expiring.length === 0 ? (
              <Text size="md">Nothing ends within 30 days.</Text>
            ) : (
              <Expiring items={summary.expiring} />
            )}
          </Section>
          <Section title="Last activity">
            <Activity />
          </Section>
        </Stack>
      </div>
    </>
  );
}
