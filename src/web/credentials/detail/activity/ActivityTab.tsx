import { Stack } from '@mantine/core';
import type { SeenCredential } from '../../../client/contract.js';
import { Section } from '../../../parts/Section.js';
import { AuditTrail } from './AuditTrail.js';
import { Findings } from './Findings.js';
import { Notices } from './Notices.js';
import { Reminders } from './Reminders.js';
import { TestRuns } from './TestRuns.js';

/** What happened with the credential, and what its people are notified of. */
export function ActivityTab({ credential }: { credential: SeenCredential }) {
  const { id } = credential;
  return (
    <Stack gap="xl">
      <Findings id={id} />
      <Section title="Notices">
        <Notices id={id} />
      </Section>
      <Section title="Reminders to the owner">
        <Reminders credential={credential} />
      </Section>
      <Section title="Tests">
        <TestRuns id={id} />
      </Section>
      <Section title="Audit">
        <AuditTrail id={id} />
      </Section>
    </Stack>
  );
}
