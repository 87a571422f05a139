import type { ReactNode } from 'react';
import classes from './table.module.css';

interface Props {
  label: string;
  /** Titles of the columns; one that begins with `-` is for screen readers only. */
  columns: readonly string[];
  /** Rows of the body. */
  children: ReactNode;
}

/** A plain table. On a phone each row is a block. */
export function DataTable({ label, columns, children }: Props) {
  return (
    <div className={classes['scroll']}>
      <table className={classes['table']} aria-label={label}>
        <thead>
          <tr>
            {columns.map((column) => (
              <th key={column} scope="col">
                <span className={column.startsWith('-') ? 'hidden' : undefined}>
                  {column.replace(/^-/, '')}
                </span>
              </th>
            ))}
          </tr>
        </thead>
        <tbody>{children}</tbody>
      </table>
    </div>
  );
}
