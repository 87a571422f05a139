import type { ReactNode } from 'react';
import classes from './TwoColumns.module.css';

/** What is typed at the left; what comes of it at the right, where it stays in sight. */
export function TwoColumns({ left, right }: { left: ReactNode; right: ReactNode }) {
  return (
    <div className={classes['columns']}>
      <div>{left}</div>
      <aside className={classes['aside']} aria-label="Test">
        {right}
      </aside>
    </div>
  );
}
