import type { z } from 'zod';
import * as shapes from '../../api/notices.js';
import { noticeParams } from '../../api/paths.js';
import type { StoredNotice } from '../../domain/notices/channel.js';
import { textOf } from '../../domain/notices/message.js';
import type { ListedNotice } from '../../ports/notices.js';
import { acknowledgeNotice, listNotices, snoozeNotice } from '../../usecases/notices/notices.js';
import { iso, isoOrNull } from '../present/moments.js';
import { paged, pageOf, type Route, route } from '../route.js';

const all = '/api/notifications';
const shared = { tag: 'Notifications', auth: 'token' } as const;

/** Notices, and what people do about them. */
export const noticeRoutes: readonly Route[] = [
  route({
    ...shared,
    method: 'get',
    path: all,
    id: 'listNotices',
    summary: 'List your notices, newest first',
    description: 'Admins see all notices.',
    query: shapes.noticesQuery,
    answer: shapes.noticePage,
    handle: async ({ ports, call, query }) => {
      const { open, kind } = query;
      const filter = { ...(open !== undefined && { open }), ...(kind !== undefined && { kind }) };
      return paged(await listNotices(ports, call, filter, pageOf(query)), presentNotice);
    },
  }),
  route({
    ...shared,
    method: 'post',
    path: `${all}/{id}/acknowledge`,
    id: 'acknowledgeNotice',
    summary: 'Acknowledge a notice',
    description: 'The same is not sent again until it changes.',
    params: noticeParams,
    answer: shapes.noticeAnswer,
    handle: async ({ ports, call, params }) => presentNotice(await acknowledgeNotice(ports, call, params.id)),
  }),
  route({
    ...shared,
    method: 'post',
    path: `${all}/{id}/snooze`,
    id: 'snoozeNotice',
    summary: 'Snooze a notice',
    params: noticeParams,
    body: shapes.snoozeBody,
    answer: shapes.noticeAnswer,
    handle: async ({ ports, call, params, body }) =>
      presentNotice(await snoozeNotice(ports, call, params.id, new Date(body.until))),
  }),
];

/** What of a notice is shown wherever it is named. */
export function presentNoticeHead(notice: StoredNotice): z.output<typeof shapes.noticeHead> {
  return {
    id: notice.id,
    kind: notice.kind,
    severity: notice.severity,
    credential_id: notice.credentialId,
    recipient: notice.recipient,
    text: textOf(notice),
    created_at: iso(notice.createdAt),
  };
}

function presentNotice(notice: ListedNotice): z.output<typeof shapes.noticeAnswer> {
  return {
    ...presentNoticeHead(notice),
    facts: notice.body,
    open: notice.open,
    acknowledged_at: isoOrNull(notice.acknowledgedAt),
    acknowledged_by: notice.acknowledgedBy,
    snoozed_until: isoOrNull(notice.snoozedUntil),
  };
}
