import * as shapes from '../../api/channels.js';
import type { StoredNotice } from '../../domain/notices/channel.js';
import { textOf } from '../../domain/notices/message.js';
import type { ListedNotice } from '../../ports/notices.js';
import { acknowledgeNotice, listNotices, snoozeNotice } from '../../usecases/notices/notices.js';
import { json, parse, type Route } from '../route.js';

const all = '/api/notifications';

/** Notices, and what people do with them. */
export const noticeRoutes: readonly Route[] = [
  {
    method: 'get',
    path: all,
    summary: 'What concerns you, newest first; to an admin everything',
    answer: shapes.noticePage,
    auth: 'token',
    query: shapes.noticesQuery,
    handle: async ({ ports, call, request, response }) => {
      const { open, kind, limit, cursor } = parse(shapes.noticesQuery, request.query);
      const filter = { ...(open !== undefined && { open }), ...(kind !== undefined && { kind }) };
      const page = { limit, ...(cursor !== undefined && { cursor }) };
      const { items, nextCursor } = await listNotices(ports, call, filter, page);
      json(response, { items: items.map(presentNotice), next_cursor: nextCursor ?? null });
    },
  },
  {
    method: 'post',
    path: `${all}/{id}/acknowledge`,
    summary: 'Acknowledge a notice: it is not sent again until its state changes',
    answer: shapes.noticeAnswer,
    auth: 'token',
    handle: async ({ ports, call, param, response }) =>
      json(response, presentNotice(await acknowledgeNotice(ports, call, param('id')))),
  },
  {
    method: 'post',
    path: `${all}/{id}/snooze`,
    summary: 'Not again before that moment',
    answer: shapes.noticeAnswer,
    auth: 'token',
    body: shapes.snoozeBody,
    handle: async ({ ports, call, param, request, response }) => {
      const { until } = parse(shapes.snoozeBody, request.body);
      json(response, presentNotice(await snoozeNotice(ports, call, param('id'), new Date(until))));
    },
  },
];

/** What of a notice is shown wherever it is named. */
export function presentNoticeHead(notice: StoredNotice): Record<string, unknown> {
  return {
    id: notice.id,
    kind: notice.kind,
    severity: notice.severity,
    credential_id: notice.credentialId,
    recipient: notice.recipient,
    text: textOf(notice),
    created_at: notice.createdAt,
  };
}

function presentNotice(notice: ListedNotice): Record<string, unknown> {
  return {
    ...presentNoticeHead(notice),
    facts: notice.body,
    open: notice.open,
    acknowledged_at: notice.acknowledgedAt,
    acknowledged_by: notice.acknowledgedBy,
    snoozed_until: notice.snoozedUntil,
  };
}
