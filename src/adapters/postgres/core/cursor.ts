import { invalid } from '../../../domain/errors.js';
import type { Page, PageRequest } from '../../../ports/page.js';

/** Where the last page ended: a time and what orders rows of the same time. */
export interface Position {
  at: Date;
  keys: string[];
}

/** What a key of a position may be, as Postgres takes it. */
const KEYS = {
  uuid: /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/,
  number: /^\d{1,18}$/,
  text: /^[^\p{C}]{1,255}$/u,
} as const;
/** As `toISOString` writes the times of rows. */
const TIME = /^(?:19[7-9]|[2-9]\d\d)\d-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/;

/** The position that a cursor names, or null for the first page. Rejects with `invalid_request`. */
export function readCursor(
  cursor: string | undefined,
  kinds: readonly (keyof typeof KEYS)[],
): Position | null {
  if (cursor === undefined) return null;
  const [time, ...keys] = cursorParts(cursor);
  const at = new Date(typeof time === 'string' && TIME.test(time) ? time : Number.NaN);
  const fits = (key: unknown, n: number): key is string => {
    const kind = kinds[n];
    return typeof key === 'string' && kind !== undefined && KEYS[kind].test(key);
  };
  if (Number.isNaN(at.getTime()) || keys.length !== kinds.length || !keys.every(fits)) throw badCursor();
  return { at, keys };
}

/** A page of rows of which one more than asked was read, to know whether there is a next page. */
export function pageOf<R extends object, T>(
  rows: R[],
  request: PageRequest,
  make: { item: (row: R) => T; position: (row: R) => Position },
): Page<T> {
  const shown = rows.slice(0, request.limit);
  const last = rows.length > request.limit ? shown.at(-1) : undefined;
  const items = shown.map(make.item);
  return last === undefined ? { items } : { items, nextCursor: writeCursor(make.position(last)) };
}

function writeCursor({ at, keys }: Position): string {
  return cursorText([at.toISOString(), ...keys]);
}

/** A cursor of these parts. */
export function cursorText(parts: readonly string[]): string {
  return Buffer.from(JSON.stringify(parts)).toString('base64url');
}

/** What a cursor holds, unchecked. Rejects with `invalid_request`. */
export function cursorParts(cursor: string): unknown[] {
  try {
    const parts: unknown = JSON.parse(Buffer.from(cursor, 'base64url').toString('utf8'));
    if (Array.isArray(parts)) return parts;
  } catch {
    throw badCursor();
  }
  throw badCursor();
}

export function badCursor() {
  return invalid({ field: 'cursor', rule: 'must be the next_cursor of an earlier page' });
}
