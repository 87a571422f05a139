import { Stack } from '@mantine/core';
import type { SeenCredential } from '../../client/contract.js';
import { Section } from '../../parts/Section.js';
import { AboutTable } from './AboutTable.js';
import { FieldTable } from './FieldTable.js';

/** The fields, then what people set besides them. */
export function FieldsTab({ credential }: { credential: SeenCredential }) {
  return (
    <Stack gap="xl">
      <FieldTable credential={credential} />
      <Section title="About it">
        <AboutTable credential={credential} />
      </Section>
    </Stack>
  );
}
