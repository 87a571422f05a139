import { reportParams } from '../../api/paths.js';
import * as shapes from '../../api/reports.js';
import { reportPage } from '../../domain/reports/reportPage.js';
import { getReport, listReports, makeReport } from '../../usecases/reports/reports.js';
import { presentReport, presentReportHead, reportCsv } from '../present/presentReport.js';
import { TextReply } from '../reply.js';
import { paged, pageOf, type Route, route } from '../route.js';

const all = '/api/reports';
const shared = { tag: 'Reports', auth: 'token' } as const;

/** How the credentials of everybody, or of a team, are. */
export const reportRoutes: readonly Route[] = [
  route({
    ...shared,
    method: 'get',
    path: all,
    id: 'listReports',
    summary: 'List reports, newest first',
    query: shapes.reportPageQuery,
    answer: shapes.reportListAnswer,
    handle: async ({ ports, call, query }) =>
      paged(await listReports(ports, call, pageOf(query)), presentReportHead),
  }),
  route({
    ...shared,
    method: 'post',
    path: all,
    id: 'createReport',
    summary: 'Make a report now',
    status: 201,
    body: shapes.createReportBody,
    answer: shapes.reportAnswer,
    handle: async ({ ports, call, body: { team, from, to } }) => {
      const time = {
        ...(from !== undefined && { from: new Date(from) }),
        ...(to !== undefined && { to: new Date(to) }),
      };
      return presentReport(await makeReport(ports, call, { team, ...time }));
    },
  }),
  route({
    ...shared,
    method: 'get',
    path: `${all}/{id}`,
    id: 'getReport',
    summary: 'Get a report as JSON, as a page (format=html) or as a table (format=csv)',
    alsoAnswers: ['text/html', 'text/csv'],
    params: reportParams,
    query: shapes.reportQuery,
    answer: shapes.reportAnswer,
    handle: async ({ ports, call, params, query: { format } }) => {
      const report = await getReport(ports, call, params.id);
      if (format === 'html') return new TextReply('html', reportPage([report]));
      if (format === 'csv') return new TextReply('csv', reportCsv(report), `report-${report.id}.csv`);
      return presentReport(report);
    },
  }),
];
