import { z } from 'zod';
import { NOTICE_KINDS, SEVERITIES } from '../domain/notices/notice.js';
import { cursor, limit, moment } from './common.js';
import { anything, at, count, flag, id, named, page, principal, text, texts } from './shape.js';

const deliveryState = z.enum(['pending', 'sent', 'dead']);
export const deliveriesQuery = z.strictObject({
  state: deliveryState.describe('Only deliveries in this state. `dead`: given up.').optional(),
  limit,
  cursor: cursor.optional(),
});

const noticeMembers = z.strictObject({
  id: id('ID of the notice.'),
  kind: text('What happened.'),
  severity: z.enum(SEVERITIES).describe('How urgent it is.'),
  credential_id: id('The credential; null: none.').nullable(),
  recipient: principal('Who it is for.'),
  text: text('The notice in one sentence.'),
  created_at: at('When it was created.'),
});
export const noticeHead = named('NoticeHead', 'A notice in short.', noticeMembers);
export const deliveryAnswer = named(
  'Delivery',
  'A notice on its way through a channel.',
  z.strictObject({
    notice: noticeHead,
    state: deliveryState.describe('`pending`: waits. `sent`: accepted. `dead`: given up.'),
    attempts: count('Number of attempts.'),
    handed_over_at: at('When the channel got it.'),
    sent_at: at('When it was sent; null: not yet.').nullable(),
    last_code: text('Code of the last failure; null: none.').nullable(),
    only_to: texts('Addresses that it still has to reach; null: all of the channel.').nullable(),
  }),
);
export const deliveryPage = page('DeliveryPage', 'Deliveries, newest first.', deliveryAnswer);

/** `GET /api/notifications`. */
export const noticesQuery = z.strictObject({
  open: z
    .enum(['true', 'false'])
    .describe('`true`: only notices that still hold and that nobody acknowledged or snoozed.')
    .transform((word) => word === 'true')
    .optional(),
  kind: z.enum(NOTICE_KINDS).describe('Only notices of this kind.').optional(),
  limit,
  cursor: cursor.optional(),
});
export const snoozeBody = named(
  'SnoozeRequest',
  'Until when a notice is snoozed.',
  z.strictObject({ until: moment.describe('Not sent again before this moment.') }),
);
export const noticeAnswer = named(
  'Notice',
  'Something that the recipient should know.',
  noticeMembers.extend({
    facts: anything('More facts, by kind.'),
    open: flag('Whether it still holds, and nobody acknowledged or snoozed it.'),
    acknowledged_at: at('When it was acknowledged; null: not yet.').nullable(),
    acknowledged_by: principal('Who acknowledged it.').nullable(),
    snoozed_until: at('Snoozed until; null: not snoozed.').nullable(),
  }),
);
export const noticePage = page('NoticePage', 'Notices, newest first.', noticeAnswer);
