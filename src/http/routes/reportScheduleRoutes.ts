import { scheduleParams } from '../../api/paths.js';
import * as shapes from '../../api/reports.js';
import {
  changeReportSchedule,
  createReportSchedule,
  deleteReportSchedule,
  getReportSchedule,
  listReportSchedules,
} from '../../usecases/reports/reportSchedules.js';
import { presentReportSchedule } from '../present/presentReport.js';
import { type Route, route } from '../route.js';

const all = '/api/reports/schedules';
const shared = { tag: 'Reports', auth: 'token' } as const;
const one = { ...shared, path: `${all}/{id}`, params: scheduleParams } as const;

/** When reports are made, of what, and who gets them. */
export const reportScheduleRoutes: readonly Route[] = [
  route({
    ...shared,
    method: 'get',
    path: all,
    id: 'listReportSchedules',
    summary: 'List report schedules',
    answer: shapes.reportScheduleListAnswer,
    handle: async ({ ports, call }) => ({
      items: (await listReportSchedules(ports, call)).map(presentReportSchedule),
    }),
  }),
  route({
    ...shared,
    method: 'post',
    path: all,
    id: 'createReportSchedule',
    summary: 'Create a report schedule',
    description: 'Admins create schedules for everything and for any team; the lead of a team for that team.',
    status: 201,
    errors: ['name_taken'],
    body: shapes.createReportScheduleBody,
    answer: shapes.reportScheduleAnswer,
    handle: async ({ ports, call, body }) =>
      presentReportSchedule(await createReportSchedule(ports, call, body)),
  }),
  route({
    ...one,
    method: 'get',
    id: 'getReportSchedule',
    summary: 'Get a report schedule',
    answer: shapes.reportScheduleAnswer,
    handle: async ({ ports, call, params }) =>
      presentReportSchedule(await getReportSchedule(ports, call, params.id)),
  }),
  route({
    ...one,
    method: 'patch',
    id: 'updateReportSchedule',
    summary: 'Update a report schedule',
    description: 'Omitted fields keep their value.',
    errors: ['name_taken', 'conflict'],
    body: shapes.changeReportScheduleBody,
    answer: shapes.reportScheduleAnswer,
    handle: async ({ ports, call, params, body }) => {
      const patch = Object.fromEntries(Object.entries(body).filter(([, value]) => value !== undefined));
      return presentReportSchedule(await changeReportSchedule(ports, call, params.id, patch));
    },
  }),
  route({
    ...one,
    method: 'delete',
    id: 'deleteReportSchedule',
    summary: 'Delete a report schedule; its reports stay',
    errors: ['conflict'],
    handle: ({ ports, call, params }) => deleteReportSchedule(ports, call, params.id),
  }),
];
