import * as shapes from '../../api/reports.js';
import {
  changeReportSchedule,
  createReportSchedule,
  deleteReportSchedule,
  getReportSchedule,
  listReportSchedules,
} from '../../usecases/reports/reportSchedules.js';
import { presentReportSchedule } from '../present/presentReport.js';
import { json, parse, type Route } from '../route.js';

const all = '/api/reports/schedules';

/** When reports are created, what they cover, and who receives them. */
export const reportScheduleRoutes: readonly Route[] = [
  {
    method: 'get',
    path: all,
    summary: 'List report schedules',
    answer: shapes.reportScheduleListAnswer,
    auth: 'token',
    handle: async ({ ports, call, response }) =>
      json(response, { items: (await listReportSchedules(ports, call)).map(presentReportSchedule) }),
  },
  {
    method: 'post',
    path: all,
    summary: 'Create a report schedule: admins for all or any team, leads for their team',
    answer: shapes.reportScheduleAnswer,
    auth: 'token',
    body: shapes.createReportScheduleBody,
    status: 201,
    handle: async ({ ports, call, request, response }) => {
      const body = parse(shapes.createReportScheduleBody, request.body);
      json(response, presentReportSchedule(await createReportSchedule(ports, call, body)), 201);
    },
  },
  {
    method: 'get',
    path: `${all}/{id}`,
    summary: 'One schedule',
    answer: shapes.reportScheduleAnswer,
    auth: 'token',
    handle: async ({ ports, call, param, response }) =>
      json(response, presentReportSchedule(await getReportSchedule(ports, call, param('id')))),
  },
  {
    method: 'patch',
    path: `${all}/{id}`,
    summary: 'Change what is named',
    answer: shapes.reportScheduleAnswer,
    auth: 'token',
    body: shapes.changeReportScheduleBody,
    handle: async ({ ports, call, param, request, response }) => {
      const body = parse(shapes.changeReportScheduleBody, request.body);
      const patch = Object.fromEntries(Object.entries(body).filter(([, value]) => value !== undefined));
      json(response, presentReportSchedule(await changeReportSchedule(ports, call, param('id'), patch)));
    },
  },
  {
    method: 'delete',
    path: `${all}/{id}`,
    summary: 'Remove a schedule; its reports stay',
    auth: 'token',
    status: 204,
    handle: async ({ ports, call, param, response }) => {
      await deleteReportSchedule(ports, call, param('id'));
      response.status(204).end();
    },
  },
];
