import * as shapes from '../../api/reports.js';
import { reportPage } from '../../domain/reports/reportPage.js';
import { getReport, listReports, makeReport } from '../../usecases/reports/reports.js';
import { presentReport, presentReportHead, reportCsv } from '../present/presentReport.js';
import { json, pageOf, parse, type Route } from '../route.js';

const all = '/api/reports';

/** How the credentials of everybody, or of a team, are. */
export const reportRoutes: readonly Route[] = [
  {
    method: 'get',
    path: all,
    summary: 'Reports that were made, newest first',
    answer: shapes.reportListAnswer,
    auth: 'token',
    query: shapes.reportPageQuery,
    handle: async ({ ports, call, request, response }) => {
      const page = await listReports(ports, call, pageOf(parse(shapes.reportPageQuery, request.query)));
      json(response, { items: page.items.map(presentReportHead), next_cursor: page.nextCursor ?? null });
    },
  },
  {
    method: 'post',
    path: all,
    summary: 'Make a report now',
    answer: shapes.reportAnswer,
    auth: 'token',
    body: shapes.createReportBody,
    status: 201,
    handle: async ({ ports, call, request, response }) => {
      const { team, from, to } = parse(shapes.createReportBody, request.body);
      const time = {
        ...(from !== undefined && { from: new Date(from) }),
        ...(to !== undefined && { to: new Date(to) }),
      };
      json(response, presentReport(await makeReport(ports, call, { team, ...time })), 201);
    },
  },
  {
    method: 'get',
    path: `${all}/{id}`,
    summary: 'One report, as JSON, as a page (format=html) or as a table (format=csv)',
    answer: shapes.reportAnswer,
    alsoAnswers: ['text/html', 'text/csv'],
    auth: 'token',
    query: shapes.reportQuery,
    handle: async ({ ports, call, param, request, response }) => {
      const { format } = parse(shapes.reportQuery, request.query);
      const report = await getReport(ports, call, param('id'));
      if (format === 'html') response.type('html').send(reportPage([report]));
      else if (format === 'csv')
        response.type('csv').attachment(`report-${report.id}.csv`).send(reportCsv(report));
      else json(response, presentReport(report));
    },
  },
];
