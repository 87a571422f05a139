import { z } from 'zod';
import { isBundle } from '../domain/credentials/certificatePair.js';
import { CHANNEL_KINDS, type ChannelKind, isSlackAppUrl } from '../domain/notices/channel.js';
import { NOTICE_KINDS, SEVERITIES } from '../domain/notices/notice.js';
import { isTimezone } from '../domain/notices/quietHours.js';
import { credentialName, labels, line, mailAddress, paragraph } from './common.js';
import { at, count, flag, id, list, named, principal, text } from './shape.js';

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

const clockTime = z
  .string()
  .regex(/^([01]\d|2[0-3]):[0-5]\d$/, 'must be a time such as 22:00')
  .meta({ description: 'A time of day.', examples: ['22:00'] });
const timezone = line(64)
  .refine(isTimezone, 'must be a time zone such as Europe/Berlin')
  .meta({ description: 'Time zone of the times.', examples: ['Europe/Berlin'] });

const quietHours = named(
  'QuietHoursInput',
  'When notices wait.',
  z
    .strictObject({
      from: clockTime.describe('Start. It spans midnight when it is later than `to`.'),
      to: clockTime.describe('End.'),
      timezone: timezone.default('UTC'),
      let_through: z
        .enum(SEVERITIES)
        .nullable()
        .describe('Notices of at least this severity are sent all the same; null: none.')
        .default('critical'),
    })
    .refine(({ from, to }) => from !== to, { path: ['to'], error: 'must differ from from' }),
);

const settings = {
  name: credentialName.max(100).describe('Name of the channel.'),
  to: z.array(mailAddress).min(1).max(50).describe('For `mail`: the recipients.').optional(),
  url: url
    .describe(
      'For all other kinds: where to post. Must be https, except for webhooks where the broker allows http.',
    )
    .optional(),
  signing_secret: z
    .string()
    .min(16)
    .max(256)
    .describe('For `webhook`: signs what is sent. Left out: the broker makes one.')
    .optional(),
  ca_pem: paragraph(262_144)
    .refine(isBundle, 'must be one or more PEM certificates, each of them readable')
    .describe(
      "PEM of the CA that signed the receiver's certificate, where it is not a public one. Not for `mail`.",
    )
    .optional(),
  min_severity: z.enum(SEVERITIES).describe('Send only notices of at least this severity.'),
  kinds: z
    .array(z.enum(NOTICE_KINDS))
    .max(NOTICE_KINDS.length)
    .describe('Send only these kinds of notices. Empty: all.'),
  labels: labels.describe('Send only notices about credentials that have all of these labels.'),
  team: line(63)
    .min(1)
    .nullable()
    .describe('Send only notices about credentials that are granted to this team or owned by a member.'),
  quiet_hours: quietHours.nullable().describe('When notices wait; null: never.'),
};

export const createChannelBody = z
  .strictObject({
    ...settings,
    kind: z.enum(CHANNEL_KINDS).describe('How notices are sent.'),
    min_severity: settings.min_severity.default('info'),
    kinds: settings.kinds.default([]),
    labels: settings.labels.default({}),
    team: settings.team.default(null),
    quiet_hours: settings.quiet_hours.default(null),
    events: flag(
      'For `webhook`: send changes of credentials as they happen, in place of notices. Only `labels` filters them.',
    ).default(false),
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
  })
  .meta({
    id: 'CreateChannelRequest',
    description: 'A new channel.',
    examples: [{ name: 'Operations', kind: 'mail', to: ['ops@example.com'], min_severity: 'warning' }],
  });

/** `PATCH /api/notifications/channels/{id}`. */
export const changeChannelBody = named(
  'ChangeChannelRequest',
  'Changes to a channel. Omitted fields keep their value.',
  z.strictObject({
    ...z.strictObject(settings).partial().shape,
    paused: flag('True: notices wait until it is false again.').optional(),
  }),
);

const channel = z.strictObject({
  id: id('ID of the channel.'),
  name: text('Name.'),
  kind: z.enum(CHANNEL_KINDS).describe('How notices are sent.'),
  target: text('The mail addresses, or the host of the URL. The whole URL is never shown.'),
  min_severity: z.enum(SEVERITIES).describe('Only notices of at least this severity are sent.'),
  kinds: z.array(z.enum(NOTICE_KINDS)).describe('Only these kinds of notices are sent. Empty: all.'),
  labels: z
    .record(z.string(), z.string())
    .describe('Only notices about credentials with all of these labels are sent.'),
  team: text('Only notices about credentials of this team are sent; null: all.').nullable(),
  quiet_hours: named(
    'QuietHours',
    'When notices wait.',
    z.strictObject({
      from: text('Start.'),
      to: text('End.'),
      timezone: text('Time zone of the times.'),
      let_through: z
        .enum(SEVERITIES)
        .nullable()
        .describe('Notices of at least this severity are sent all the same; null: none.'),
    }),
  )
    .nullable()
    .describe('When notices wait; null: never.'),
  paused: flag('True: notices wait.'),
  recipient: principal(
    'The user whose mailbox it is; null: a shared channel. The broker keeps such channels itself.',
  ).nullable(),
  events: flag('True: it sends changes of credentials in place of notices.'),
  created_at: at('When it was created.'),
  created_by: principal('Who created it.'),
});
export const channelAnswer = named('Channel', 'Where notices go.', channel);
export const newChannelAnswer = named(
  'NewChannel',
  'A new channel with its signing secret.',
  channel.extend({
    signing_secret: text(
      'Signs what a webhook gets. Shown once; null where you sent it, and for other kinds.',
    ).nullable(),
  }),
);
export const listedChannel = named(
  'ChannelState',
  'A channel and its deliveries.',
  channel.extend({
    pending: count('Notices that wait.'),
    dead: count('Notices that were given up.'),
    last_sent_at: at('Last success; null: never.').nullable(),
    last_code: text('Code of the last failure; null: the last delivery succeeded.').nullable(),
  }),
);
export const channelListAnswer = list('ChannelList', 'All channels.', listedChannel);
export const channelTestAnswer = named(
  'ChannelTest',
  'The result of a test message.',
  z.strictObject({
    ok: flag('Whether it was accepted.'),
    code: text('Why not; null: it was accepted.').nullable(),
  }),
);
export const channelRetryAnswer = named(
  'ChannelRetry',
  'What is tried again.',
  z.strictObject({ revived: count('Notices that are tried again.') }),
);
