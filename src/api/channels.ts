import { z } from 'zod';
import { isBundle } from '../domain/credentials/certificatePair.js';
import { CHANNEL_KINDS, type ChannelKind, isSlackAppUrl } from '../domain/notices/channel.js';
import { NOTICE_KINDS, SEVERITIES } from '../domain/notices/notice.js';
import { isTimezone } from '../domain/notices/quietHours.js';
import {
  credentialName,
  cursor,
  labels,
  limit,
  line,
  mailAddress,
  paragraph,
  moment as sentMoment,
} from './common.js';

const url = z
  .url({ protocol: /^https?$/, error: 'must be an http or https URL' })
  .max(2048)
  .refine(withoutUser, 'must not contain a user name or password')
  .refine(
    (text) => !isSlackAppUrl(text),
    'must be the URL of an incoming webhook, such as https://hooks.slack.com/services/…',
  );

function withoutUser(text: string): boolean {
  if (!URL.canParse(text)) return true;
  const { username, password } = new URL(text);
  return username === '' && password === '';
}

/** What each kind needs, and what else it accepts. */
const TARGETS = {
  mail: { needs: 'to', takes: [] },
  slack: { needs: 'url', takes: ['ca_pem'] },
  teams: { needs: 'url', takes: ['ca_pem'] },
  webhook: { needs: 'url', takes: ['signing_secret', 'ca_pem'] },
} as const satisfies Record<ChannelKind, { needs: TargetField; takes: readonly TargetField[] }>;

const TARGET_FIELDS = ['to', 'url', 'signing_secret', 'ca_pem'] as const;
type TargetField = (typeof TARGET_FIELDS)[number];

const clockTime = z.string().regex(/^([01]\d|2[0-3]):[0-5]\d$/, 'must be a time such as 22:00');
const timezone = line(64).refine(isTimezone, 'must be a time zone such as Europe/Berlin');

const quietHours = z
  .strictObject({
    /** By the clock of `timezone`; over midnight when `from` is later than `to`. */
    from: clockTime,
    to: clockTime,
    timezone: timezone.default('UTC'),
    /** What is at least so urgent is sent all the same; null: nothing. */
    let_through: z.enum(SEVERITIES).nullable().default('critical'),
  })
  .refine(({ from, to }) => from !== to, { path: ['to'], error: 'must differ from from' });

const kinds = z.array(z.enum(NOTICE_KINDS)).max(NOTICE_KINDS.length);
const addresses = z.array(mailAddress).min(1).max(50);
const signingSecret = z.string().min(16).max(256);
const caPem = paragraph(262_144).refine(
  isBundle,
  'must be one or more PEM certificates, each of them readable',
);

export const createChannelBody = z
  .strictObject({
    name: credentialName.max(100),
    kind: z.enum(CHANNEL_KINDS),
    /** Of mail. */
    to: addresses.optional(),
    /** Of the others; https but for webhooks on loopback, or where the broker lets them be plain. */
    url: url.optional(),
    /** Of webhooks: signs what is sent; one is made when it is left out. */
    signing_secret: signingSecret.optional(),
    /** PEM of the CA that signed the receiver's certificate, where it is not a public one. Not for mail. */
    ca_pem: caPem.optional(),
    /** Nothing less urgent is sent. */
    min_severity: z.enum(SEVERITIES).default('info'),
    /** Empty: all. */
    kinds: kinds.default([]),
    /** Only about credentials that carry all of these. */
    labels: labels.default({}),
    /** Only about credentials that are granted to this team or owned by one of it. */
    team: line(63).min(1).nullable().default(null),
    quiet_hours: quietHours.nullable().default(null),
    /** For webhooks: changes of credentials as they happen, instead of notices; only `labels` filters them. */
    events: z.boolean().default(false),
  })
  .superRefine((body, context) => {
    const { needs, takes } = TARGETS[body.kind];
    const allowed: readonly string[] = [needs, ...takes];
    const wrong = (field: keyof typeof body, message: string) =>
      context.addIssue({ code: 'custom', path: [field], message });
    for (const field of TARGET_FIELDS) {
      if (field === needs && body[field] === undefined) wrong(field, `is required for ${body.kind}`);
      if (!allowed.includes(field) && body[field] !== undefined)
        wrong(field, `must be omitted for ${body.kind}`);
    }
    if (body.events && body.kind !== 'webhook') wrong('events', `must be omitted for ${body.kind}`);
    if (body.kind !== 'webhook' && body.url !== undefined && !body.url.startsWith('https:'))
      wrong('url', 'must be an https URL');
  });

/** `PATCH /api/notifications/channels/{id}`: what is not named keeps its value. */
export const changeChannelBody = z.strictObject({
  name: credentialName.max(100).optional(),
  to: addresses.optional(),
  url: url.optional(),
  signing_secret: signingSecret.optional(),
  ca_pem: caPem.optional(),
  min_severity: z.enum(SEVERITIES).optional(),
  kinds: kinds.optional(),
  labels: labels.optional(),
  team: line(63).min(1).nullable().optional(),
  quiet_hours: quietHours.nullable().optional(),
  /** What comes up waits until it is false again. */
  paused: z.boolean().optional(),
});

export const deliveriesQuery = z.strictObject({
  state: z.enum(['pending', 'sent', 'dead']).optional(),
  limit,
  cursor: cursor.optional(),
});

const moment = z.iso.datetime();
const count = z.number().int().min(0);

const channel = z.strictObject({
  id: z.uuid(),
  name: z.string(),
  kind: z.enum(CHANNEL_KINDS),
  /** Addresses, or the host: never the whole URL. */
  target: z.string(),
  min_severity: z.enum(SEVERITIES),
  kinds: z.array(z.enum(NOTICE_KINDS)),
  labels: z.record(z.string(), z.string()),
  team: z.string().nullable(),
  quiet_hours: z
    .strictObject({
      from: z.string(),
      to: z.string(),
      timezone: z.string(),
      let_through: z.enum(SEVERITIES).nullable(),
    })
    .nullable(),
  paused: z.boolean(),
  /** A principal, if it is the mailbox of one person, which the broker maintains automatically. */
  recipient: z.string().nullable(),
  events: z.boolean(),
  created_at: moment,
  created_by: z.string(),
});
export const channelAnswer = channel;
export const newChannelAnswer = channel.extend({ signing_secret: z.string().nullable() });
export const channelListAnswer = z.strictObject({
  items: z.array(
    channel.extend({
      pending: count,
      dead: count,
      last_sent_at: moment.nullable(),
      last_code: z.string().nullable(),
    }),
  ),
});
export const channelTestAnswer = z.strictObject({ ok: z.boolean(), code: z.string().nullable() });
export const channelRetryAnswer = z.strictObject({ revived: count });

const noticeParts = {
  kind: z.string(),
  severity: z.enum(SEVERITIES),
  credential_id: z.uuid().nullable(),
  recipient: z.string(),
  /** One sentence. */
  text: z.string(),
  created_at: moment,
};
export const deliveryPage = z.strictObject({
  items: z.array(
    z.strictObject({
      notice: z.strictObject({ id: z.uuid(), ...noticeParts }),
      state: z.enum(['pending', 'sent', 'dead']),
      attempts: count,
      handed_over_at: moment,
      sent_at: moment.nullable(),
      last_code: z.string().nullable(),
      /** Addresses that it still has to reach; null: all of the channel. */
      only_to: z.array(z.string()).nullable(),
    }),
  ),
  next_cursor: z.string().nullable(),
});

/** `GET /api/notifications`. */
export const noticesQuery = z.strictObject({
  /** `true`: what still holds, and nobody acknowledged or put off. */
  open: z
    .enum(['true', 'false'])
    .transform((word) => word === 'true')
    .optional(),
  kind: z.enum(NOTICE_KINDS).optional(),
  limit,
  cursor: cursor.optional(),
});
export const snoozeBody = z.strictObject({ until: sentMoment });
export const noticeAnswer = z.strictObject({
  id: z.uuid(),
  ...noticeParts,
  facts: z.record(z.string(), z.unknown()),
  open: z.boolean(),
  acknowledged_at: moment.nullable(),
  acknowledged_by: z.string().nullable(),
  snoozed_until: moment.nullable(),
});
export const noticePage = z.strictObject({
  items: z.array(noticeAnswer),
  next_cursor: z.string().nullable(),
});
