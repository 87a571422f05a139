import '@mantine/core/styles/FloatingIndicator.css';
import '@mantine/core/styles/SegmentedControl.css';
import { Stack, Title } from '@mantine/core';
import { Section } from '../parts/Section.js';
import { toast } from '../parts/toasts.js';
import { NewPasswordForm } from '../session/NewPasswordForm.js';
import { useSession } from '../session/SessionGate.js';
import { KeySettings } from './KeySettings.js';
import { Logins } from './Logins.js';
import { Look } from './Look.js';

/** What a person sets for themselves. */
export function SettingsPage() {
  const { principal } = useSession();
  return (
    <Stack gap="xl" maw={820}>
      <Title order={1}>Settings</Title>
      <Section title="Look">
        <Look />
      </Section>
      <Section title="Logins">
        <Logins />
      </Section>
      {principal.startsWith('local:') && (
        <Section title="Password">
          <NewPasswordForm oneTime={false} onDone={() => toast('Your new password is set.')} />
        </Section>
      )}
      <Section title="Keys">
        <KeySettings />
      </Section>
    </Stack>
  );
}
