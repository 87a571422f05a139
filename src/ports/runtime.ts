/** What every use case needs from the process it runs in. */

export interface Clock {
  now(): Date;
}

/** Structured log. `fields` are an allow-list of plain values: ids, codes, counts, durations. Never a secret. */
export interface Log {
  info(event: string, fields?: LogFields): void;
  warn(event: string, fields?: LogFields): void;
  error(event: string, fields?: LogFields): void;
}

export type LogFields = Record<string, string | number | boolean | null | undefined>;
