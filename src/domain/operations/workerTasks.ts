/** Scheduled tasks that an admin may run at any time; `clean_up` also rewraps what channels hold. */
export const RUNNABLE_TASKS = [
  'checkpoint',
  'clean_up',
  'notify',
  'reconcile',
  'remind',
  'reports_due',
  'test_due',
] as const;
export type RunnableTask = (typeof RUNNABLE_TASKS)[number];

export const isRunnable = (task: string): task is RunnableTask =>
  RUNNABLE_TASKS.some((known) => known === task);
