/**
 * Every task of the workers, with what a job of it holds: IDs and plain settings, never a secret. Jobs are stored in
 * Postgres and may have been enqueued by another version of the broker, so members keep their names.
 */
const TASKS = {
  adopt_drift: { credential_id: 'string' },
  bulk: { job_id: 'string' },
  checkpoint: {},
  clean_up: {},
  destroy: {},
  make_report: { schedule_id: 'string', due_at: 'string' },
  notify: {},
  reconcile: {},
  remind: {},
  reports_due: {},
  send_channel: { channel_id: 'string' },
  send_events: { channel_id: 'string' },
  test_credential: { credential_id: 'string', claim: 'number', lane: 'string' },
  test_due: {},
} as const satisfies Record<string, Record<string, keyof Kinds>>;

interface Kinds {
  string: string;
  number: number;
}
type Payload<Members> = {
  [Name in keyof Members]: Members[Name] extends keyof Kinds ? Kinds[Members[Name]] : never;
};

/** What a job holds, by the name of its task. */
export type TaskPayloads = { [Task in keyof typeof TASKS]: Payload<(typeof TASKS)[Task]> };
export type TaskName = keyof TaskPayloads;

/** Throws where a job lacks a member of its task, as one of another version of the broker may. */
export function checkPayload(task: string, payload: unknown): void {
  const members: Record<string, string> = Object.hasOwn(TASKS, task) ? TASKS[task as TaskName] : {};
  const held = new Map(typeof payload === 'object' && payload !== null ? Object.entries(payload) : []);
  for (const [name, kind] of Object.entries(members))
    if (typeof held.get(name) !== kind) throw new TypeError(`a job without ${name}`);
}

/** Scheduled tasks that an admin may run at any time; `clean_up` also rewraps what channels hold. */
export const RUNNABLE_TASKS = [
  'checkpoint',
  'clean_up',
  'notify',
  'reconcile',
  'remind',
  'reports_due',
  'test_due',
] as const satisfies TaskName[];
export type RunnableTask = (typeof RUNNABLE_TASKS)[number];

export const isRunnable = (task: string): task is RunnableTask =>
  RUNNABLE_TASKS.some((known) => known === task);
