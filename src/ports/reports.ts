/** What health reports are made of, when they are due, and those that were made. */
import type { LastReport, Report, ReportMembers, ReportSource } from '../domain/reports/report.js';
import type { ReportSchedule } from '../domain/reports/reportSchedule.js';
import type { Page, PageRequest } from './page.js';

export interface ReportHead {
  id: string;
  /** Null: it was requested manually. */
  scheduleId: string | null;
  /** Null: of everything. */
  team: string | null;
  from: Date;
  to: Date;
  madeAt: Date;
  /** A principal. */
  madeBy: string;
  summary: string;
}

export interface StoredReport extends ReportHead {
  body: Report;
}

export interface NewReport extends StoredReport {
  /** When it was due by its schedule; of a schedule and a moment there is one. */
  dueAt: Date | null;
  members: ReportMembers;
}

/** What reports are made of, from the raw rows, and those that were made. */
export interface Reports {
  /** The state of all at `to`, whatever happened since; changes and uses within the period. */
  source(team: string | null, time: { from: Date; to: Date }): Promise<ReportSource>;
  /** Newest first; `teams` null: all. */
  list(teams: string[] | null, page: PageRequest): Promise<Page<ReportHead>>;
  report(id: string): Promise<StoredReport | null>;
  /** The newest of a schedule that was due before, to be compared with. */
  lastOf(scheduleId: string, before: Date): Promise<LastReport | null>;
  madeFor(scheduleId: string, dueAt: Date): Promise<boolean>;

  /** By name; `teams` null: all. */
  schedules(teams: string[] | null): Promise<ReportSchedule[]>;
  schedule(id: string): Promise<ReportSchedule | null>;
  /** Enabled ones that are due at that moment or of which nobody knows yet when they are. */
  dueSchedules(at: Date): Promise<ReportSchedule[]>;
  /**
   * Notes when a schedule is due next and, where it was due, enqueues `make_report` for that moment: both or neither, and
   * of many that try one does it. False: another one did.
   */
  moveOn(schedule: ReportSchedule, to: { due: Date | null; next: Date }): Promise<boolean>;
  /** The schedule of the environment. One that is there keeps what was set on it and, unless its time changed, when it is due. */
  declare(schedule: ReportSchedule): Promise<void>;
}

/** Keeps reports. */
export interface ReportWrites {
  /** Rejects when the schedule has a report for that moment already. */
  insertReport(report: NewReport): Promise<void>;
}

/** Changes to report schedules. */
export interface ReportScheduleWrites {
  /** Rejects with `name_taken`. */
  insertReportSchedule(schedule: ReportSchedule): Promise<void>;
  /** Rejects with `name_taken`. */
  updateReportSchedule(schedule: ReportSchedule): Promise<void>;
  deleteReportSchedule(id: string): Promise<void>;
}
