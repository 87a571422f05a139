import type { Query, SqlValue } from './pools.js';

/** A value as a column takes it: plain objects as JSON text, arrays as Postgres arrays. */
export function toSql(value: unknown): SqlValue {
  if (value !== null && typeof value === 'object' && !(value instanceof Date) && !Array.isArray(value)) {
    return JSON.stringify(value);
  }
  return value as SqlValue;
}

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;

/** The id if it can be one of ours; else null, which finds nothing. */
export function uuidOrNull(id: string): string | null {
  return UUID.test(id) ? id : null;
}

/** Inserts one row; the members are columns. */
export async function insertRecord(
  query: Query,
  table: string,
  record: Record<string, unknown>,
): Promise<void> {
  const [columns, values] = [Object.keys(record), Object.values(record).map(toSql)];
  const places = values.map((_, index) => `$${index + 1}`).join(', ');
  await query({ text: `insert into broker.${table} (${columns.join(', ')}) values (${places})`, values });
}
