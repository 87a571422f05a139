import { invalid } from '../../domain/errors.js';
import type { Page, PageRequest } from '../../ports/records.js';
import type { Row } from './pools.js';

/** Where the last page ended: a time and what orders rows of the same time. */
export interface Position {
  at: Date;
  keys: string[];
}

/** The position that a cursor names, or null for the first page. Rejects with `invalid_request`. */
export function readCursor(cursor: string | undefined, keys: number): Position | null {
  if (cursor === undefined) return null;
  const parts = parse(cursor);
  const at = new Date(typeof parts[0] === 'string' ? parts[0] : Number.NaN);
  const rest = parts.slice(1);
  if (Number.isNaN(at.getTime()) || rest.length !== keys || rest.some((key) => typeof key !== 'string')) {
    throw badCursor();
  }
  return { at, keys: rest as string[] };
}

/** A page of rows of which one more than asked was read, to know whether there is a next page. */
export function pageOf<T>(
  rows: Row[],
  request: PageRequest,
  make: { item: (row: Row) => T; position: (row: Row) => Position },
): Page<T> {
  const shown = rows.slice(0, request.limit);
  const last = rows.length > request.limit ? shown.at(-1) : undefined;
  const items = shown.map(make.item);
  return last === undefined ? { items } : { items, nextCursor: writeCursor(make.position(last)) };
}

function writeCursor({ at, keys }: Position): string {
  return Buffer.from(JSON.stringify([at.toISOString(), ...keys])).toString('base64url');
}

function parse(cursor: string): unknown[] {
  try {
    const parts: unknown = JSON.parse(Buffer.from(cursor, 'base64url').toString('utf8'));
    if (Array.isArray(parts)) return parts;
  } catch {
    throw badCursor();
  }
  throw badCursor();
}

function badCursor() {
  return invalid({ field: 'cursor', rule: 'must be one that an earlier page gave' });
}
