import { Title } from '@mantine/core';
import type { ReactNode } from 'react';

/** A part of a page under a heading of the second level. */
export function Section({ title, children }: { title: string; children: ReactNode }) {
  return (
    <section aria-label={title}>
      <Title order={2} mb="sm">
        {title}
      </Title>
      {children}
    </section>
  );
}
