/** What health reports are made of. */
import type { HealthChange, Report, ReportedCredential } from '../domain/report.js';

export interface StoredReport {
  id: string;
  /** Null: of everything. */
  team: string | null;
  from: Date;
  to: Date;
  madeAt: Date;
  /** A principal. */
  madeBy: string;
  body: Report;
}

/** What reports are made of, from the raw rows, and those that were made. */
export interface Reports {
  credentials(team: string | null, time: { from: Date; to: Date }): Promise<ReportedCredential[]>;
  /** In the order in which they happened. */
  changes(team: string | null, time: { from: Date; to: Date }): Promise<HealthChange[]>;
  /** Newest first; `teams` null: all. */
  list(teams: string[] | null, limit: number): Promise<StoredReport[]>;
  report(id: string): Promise<StoredReport | null>;
  /** The newest of that scope. */
  last(team: string | null): Promise<StoredReport | null>;
}
