/** Durable work and what is due by the clock. */
import type { CallContext } from '../domain/access/caller.js';
import type { BulkEnd, BulkItem, BulkItemState, BulkJob } from '../domain/bulk/bulk.js';
import type { ServiceType } from '../domain/credentials/serviceType.js';
import type { TaskPayloads } from '../domain/operations/workerTasks.js';
import type { Page, PageRequest } from './page.js';

/** How a job is done. */
interface JobRules {
  /** Of jobs with one key at most one waits: a later one takes the place of the earlier. */
  key?: string;
  /** Jobs of one queue run one after the other. */
  queue?: string;
  /** Left out: now. */
  runAt?: Date;
  /** Left out: 25. */
  maxAttempts?: number;
  /** Jobs that wait are begun in this order, small numbers first. Left out: 0, the first. */
  priority?: number;
}

/** Something to be done by a worker: a task, and what that task needs. */
export type Job<Tasks = TaskPayloads> = {
  [Task in keyof Tasks]: JobRules & { task: Task } & (Record<never, never> extends Tasks[Task]
      ? { payload?: Tasks[Task] }
      : { payload: Tasks[Task] });
}[keyof Tasks];

/** A job of a transaction is there if the transaction commits. */
export interface JobWrites {
  enqueue(job: Job): Promise<void>;
}

/** A task that is due by the clock; it is enqueued under its own name. */
export interface Schedule {
  name: string;
  /** A cron expression, read in `timezone`. */
  expression: string;
  timezone: string;
}

/** The first moment of a schedule after `after`. */
export type NextMoment = (after: Date) => Date;

export interface ScheduleStatus extends Schedule {
  nextDueAt: Date;
  lastDueAt: Date | null;
}

export interface TaskStatus {
  task: string;
  runs: number;
  failures: number;
  lastStartedAt: Date;
  lastDurationMs: number;
  /** `ok`, or the code of what went wrong. */
  lastCode: string;
  lastOkAt: Date | null;
  /** What the last run that went well did, where it counts that. */
  lastCounts: Readonly<Record<string, number>> | null;
}

export interface JobsStatus {
  /** Due and not begun. */
  waiting: number;
  /** Due later: those that failed and are tried again, and those put off. */
  later: number;
  running: number;
  /** Given up after the last attempt. */
  dead: number;
  /** How long the oldest that waits has been due, in seconds. */
  lagSeconds: number;
  /** Processes that were seen lately. */
  workers: { id: string; startedAt: Date; seenAt: Date }[];
  schedules: ScheduleStatus[];
  tasks: TaskStatus[];
}

/** Does a job. Where it resolves with counts by name, the status shows them. */
type JobHandler<Payload> = (payload: Payload, signal: AbortSignal) => Promise<unknown>;

/** What a process knows to do, by task. */
export type JobHandlers<Tasks = TaskPayloads> = { readonly [Task in keyof Tasks]?: JobHandler<Tasks[Task]> };

export interface JobRunner {
  /** Takes no more, waits for what runs, and hands back what did not end. */
  stop(): Promise<void>;
}

/**
 * Durable work. What is enqueued is done by one worker; when it fails it is tried again later and later, and when its
 * worker dies another one does it once more. So each task must bear being done twice.
 */
export interface Jobs<Tasks = TaskPayloads> {
  enqueue(job: Job<Tasks>): Promise<void>;
  /** Notes a schedule. One that is there keeps its due moment, so that a tick that nobody saw is caught up, once. */
  declare(schedule: Schedule, nextDue: NextMoment): Promise<void>;
  /**
   * Enqueues the task if it is due by the database's clock, and notes when it is due next. Of many processes one does
   * it. A moment further off than the next one of the schedule is wrong, and is put right.
   */
  enqueueDue(schedule: Schedule, nextDue: NextMoment): Promise<boolean>;
  /** Works off the queue until it is stopped. */
  work(handlers: JobHandlers<Tasks>): Promise<JobRunner>;
  /**
   * Claims credentials whose test is due at `now` and enqueues `test_credential` for each; how many, at most `limit`.
   * Owners take turns, so that one with very many keeps nobody else's waiting.
   */
  enqueueDueTests(now: Date, batch: DueBatch): Promise<number>;
  /** The ids of the credentials that `enqueueDueTests` would claim first. */
  dueTests(now: Date, batch: Pick<DueBatch, 'limit' | 'except'>): Promise<string[]>;
  /** Removes jobs that were given up before; how many. */
  forgetDead(before: Date): Promise<number>;
  /**
   * Removes queues in which nothing waits or runs; how many. A worker that takes a job looks at each existing one.
   */
  forgetQueues(): Promise<number>;
  status(): Promise<JobsStatus>;
}

export interface DueBatch {
  limit: number;
  /** Jobs are spread over the time from `afterMs` on, for as long as `spreadMs`. */
  afterMs: number;
  spreadMs: number;
  /** How many were enqueued before in this run: those go first. */
  before: number;
  /** Ids that are left alone. */
  except: readonly string[];
  /** Left out: all that are due. */
  only?: readonly string[];
}

/** How often stored credentials are tested automatically. */
export interface TestPace {
  intervalMs(serviceType: ServiceType): number;
  /** In [0, 1), another one each time. */
  chance(): number;
  /** Whether imported credentials are tested by schedule where the import does not say. */
  imported: boolean;
}

export type BulkCounts = Readonly<Record<BulkItemState, number>>;

/** Jobs that do one act on many credentials, and their bookkeeping: one statement each, and no audit row. */
export interface BulkJobs {
  /** Null when there is none, or, with a principal, when that one did not start it. */
  job(id: string, principal?: string): Promise<BulkJob | null>;
  counts(id: string): Promise<BulkCounts>;
  /** In the order of the job; with a state, only those in it. */
  items(id: string, page: PageRequest, state?: BulkItemState): Promise<Page<BulkItem>>;
  /** How many jobs of this principal run. */
  unfinished(principal: string): Promise<number>;
  /** The first items without a result, at most `limit`. */
  next(id: string, limit: number): Promise<BulkItem[]>;
  /** `waiting` becomes `running`; false when it is not waiting any more. */
  begin(id: string, n: number): Promise<boolean>;
  /** False when it has a result already. */
  endItem(id: string, n: number, end: BulkEnd): Promise<boolean>;
  /** All without a result get this one. */
  endAll(id: string, end: BulkEnd): Promise<void>;
  /** Ends the job unless an item has no result. */
  finish(id: string, at: Date): Promise<void>;
}

/** The same in a transaction. */
export interface BulkWrites {
  insertBulkJob(job: BulkJob, credentialIds: readonly string[]): Promise<void>;
  /** False when it has a result already; then the transaction must not be kept. */
  endBulkItem(id: string, n: number, end: BulkEnd): Promise<boolean>;
  /** Skips what waits; false when the job does not run any more. */
  cancelBulkJob(id: string, at: Date): Promise<boolean>;
  /** The failed items wait again, in the name of `call`; how many. */
  retryBulkJob(id: string, call: CallContext): Promise<number>;
}
