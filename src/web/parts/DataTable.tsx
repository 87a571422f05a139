import type { CSSProperties, ReactNode } from 'react';
import classes from './table.module.css';

interface Props {
  label: string;
  /** Titles of the columns; one that begins with `-` is for screen readers only. */
  columns: readonly string[];
  /** Rows of the body. */
  children: ReactNode;
}

/** The titles for the style sheet, which puts them before the cells on a phone. */
const titlesOf = (columns: readonly string[]): CSSProperties =>
  Object.fromEntries(
    columns.flatMap((column, index) =>
      column.startsWith('-') ? [] : [[`--column-${index + 1}`, `'${column}'`]],
    ),
  );

/** A plain table of at most eight columns. On a phone each row is a block, and each cell has its title before it. */
export function DataTable({ label, columns, children }: Props) {
  return (
    <div className={classes['scroll']}>
      <table className={classes['table']} aria-label={label} style={titlesOf(columns)}>
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
