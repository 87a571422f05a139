import type { Report, ReportPage, ReportSchedule, ReportScheduleList } from './contract.js';
import { type RequestOptions, request } from './request.js';

type Signal = Pick<RequestOptions, 'signal'>;
const all = '/api/reports';
const schedules = '/api/reports/schedules';

export const listReports = (query: { limit: number; cursor?: string }, options: Signal = {}) =>
  request<ReportPage>('GET', all, { query, ...options });
export const getReport = (id: string, options: Signal = {}) =>
  request<Report>('GET', `${all}/${id}`, options);
export const makeReport = (body: { team: string | null; from?: string }) =>
  request<Report>('POST', all, { body });
/** The report as a file: a page, or a table. */
export const downloadReport = (id: string, format: 'html' | 'csv') =>
  request<string>('GET', `${all}/${id}`, { query: { format } });

export const listSchedules = (options: Signal = {}) => request<ReportScheduleList>('GET', schedules, options);
export interface ScheduleSettings {
  name: string;
  expression: string;
  timezone: string;
}
export const createSchedule = (body: ScheduleSettings & { team: string | null }) =>
  request<ReportSchedule>('POST', schedules, { body });
export const changeSchedule = (id: string, body: Partial<ScheduleSettings> & { enabled?: boolean }) =>
  request<ReportSchedule>('PATCH', `${schedules}/${id}`, { body });
export const deleteSchedule = (id: string) => request<void>('DELETE', `${schedules}/${id}`);
