import type { CallContext } from '../access/caller.js';
import type { Grant } from '../access/grant.js';
import type { ReminderChoice } from '../credentials/credential.js';

/** What one request can do to many credentials. */
export const BULK_ACTS = [
  'test',
  'label',
  'grant',
  'reminder',
  'disable',
  'enable',
  'delete',
  'restore',
] as const;

/** `done` once every item has a result, whatever the results are. */
export const BULK_STATES = ['running', 'done', 'cancelled'] as const;
type BulkState = (typeof BULK_STATES)[number];

/** Items of a test are `running` while it runs; all others go from `waiting` to their result. */
export const BULK_ITEM_STATES = ['waiting', 'running', 'done', 'failed', 'skipped'] as const;
export type BulkItemState = (typeof BULK_ITEM_STATES)[number];

/** The code of a test whose worker was killed: it is not repeated, since each test is a login. */
export const INTERRUPTED = 'interrupted';

/** As many credentials as one job covers. */
export const MOST_BULK_ITEMS = 10_000;

/** An act with what it needs. */
export type BulkOrder =
  | { act: 'test' | 'disable' | 'enable' | 'delete' | 'restore' }
  | { act: 'label'; add: Record<string, string>; remove: string[] }
  | { act: 'grant'; grant: Grant }
  | { act: 'reminder'; reminders: ReminderChoice | null };

/** One act on many credentials. Holds no secret. */
export interface BulkJob {
  id: string;
  order: BulkOrder;
  /** The request that started it, or that tried the failed ones again: items are done and audited in its name. */
  call: CallContext;
  state: BulkState;
  startedAt: Date;
  endedAt: Date | null;
}

/** One credential of a job. */
export interface BulkItem {
  /** Its place in the job, from 1. */
  n: number;
  credentialId: string;
  /** Null until it is looked at, and where the caller may not see it. */
  name: string | null;
  state: BulkItemState;
  /** Of a failure the error or test code, of a skipped one `unchanged`, `no_test` or `cancelled`. */
  code: string | null;
  /** The sentence that says what is wrong. */
  detail: string | null;
}

/** How an item ended. */
export type BulkEnd = Pick<BulkItem, 'name' | 'code' | 'detail'> & { state: 'done' | 'failed' | 'skipped' };

/** The labels of a credential after the act. */
export function relabelled(
  labels: Readonly<Record<string, string>>,
  { add, remove }: Extract<BulkOrder, { act: 'label' }>,
): Record<string, string> {
  const kept = Object.entries(labels).filter(([key]) => !remove.includes(key));
  return { ...Object.fromEntries(kept), ...add };
}
