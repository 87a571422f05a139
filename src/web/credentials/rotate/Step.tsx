import { Title } from '@mantine/core';
import type { ReactNode } from 'react';
import classes from './Step.module.css';

/** One numbered card of a guided task. */
export function Step({ number, title, children }: { number: number; title: string; children: ReactNode }) {
  return (
    <li className={classes['step']}>
      <span className={classes['number']} aria-hidden="true">
        {number}
      </span>
      <div className={classes['body']}>
        <Title order={2}>{title}</Title>
        {children}
      </div>
    </li>
  );
}

/** The steps in their order. */
export function Steps({ children }: { children: ReactNode }) {
  return <ol className={classes['steps']}>{children}</ol>;
}
