import type { Query, SqlValue } from './pools.js';
import { toSql } from './values.js';

/** Member of an entity → its column: the one list of both. */
export type Columns<T> = { readonly [Member in keyof T]-?: string };

/** For a select whose rows then have the members of the entity: `c.service_type as "serviceType", …`. */
export function select<T>(columns: Columns<T>, table?: string): string {
  const from = table === undefined ? '' : `${table}.`;
  return Object.entries<string>(columns)
    .map(([member, column]) => (member === column ? `${from}${column}` : `${from}${column} as "${member}"`))
    .join(', ');
}

/** Columns and values of the members that `part` has, in the same order. */
export function given<T>(columns: Columns<T>, part: Partial<T>): { columns: string[]; values: SqlValue[] } {
  const members = (Object.keys(columns) as (keyof T)[]).filter((member) => part[member] !== undefined);
  return {
    columns: members.map((member) => columns[member]),
    values: members.map((member) => toSql(part[member])),
  };
}

/** `name = $3, owner = $4`, numbered from `first`. */
export function assignments(columns: readonly string[], first: number): string[] {
  return columns.map((column, index) => `${column} = $${first + index}`);
}

/** Inserts one entity. */
export async function insertEntity<T>(
  query: Query,
  table: string,
  columns: Columns<T>,
  entity: Partial<T>,
): Promise<void> {
  const { columns: names, values } = given(columns, entity);
  const places = values.map((_, index) => `$${index + 1}`).join(', ');
  await query({ text: `insert into broker.${table} (${names.join(', ')}) values (${places})`, values });
}
