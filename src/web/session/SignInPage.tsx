import { Paper, Title } from '@mantine/core';
import type { ReactNode } from 'react';
import classes from './SignInPage.module.css';

/** The frame of what is shown before somebody is signed in. */
export function SignInPage({ title, children }: { title: string; children: ReactNode }) {
  return (
    <main className={classes['page']}>
      <Paper withBorder p="xl" className={classes['card'] ?? ''}>
        <img src="/icon.svg" alt="" width={40} height={40} />
        <Title order={1} mt="sm" mb="lg">
          {title}
        </Title>
        {children}
      </Paper>
    </main>
  );
}
