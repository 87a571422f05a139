import { z } from 'zod';
import { CHANNEL_KINDS, type ChannelKind } from '../domain/channel.js';
import { NOTICE_KINDS, SEVERITIES } from '../domain/notice.js';
import { credentialName, labels, paragraph } from './common.js';

const url = z
  .url({ protocol: /^https?$/, error: 'must be an http or https URL' })
  .max(2048)
  .refine(withoutUser, 'must not hold a user name or password');
const address = z.email('must be a mail address').max(254);

function withoutUser(text: string): boolean {
  if (!URL.canParse(text)) return true;
  const { username, password } = new URL(text);
  return username === '' && password === '';
}

/** What each kind needs, and what it takes beside it. */
const TARGETS = {
  mail: { needs: 'to', takes: [] },
  slack: { needs: 'url', takes: [] },
  teams: { needs: 'url', takes: [] },
  webhook: { needs: 'url', takes: ['signing_secret', 'ca_pem'] },
} as const satisfies Record<ChannelKind, { needs: TargetField; takes: readonly TargetField[] }>;

const TARGET_FIELDS = ['to', 'url', 'signing_secret', 'ca_pem'] as const;
type TargetField = (typeof TARGET_FIELDS)[number];

export const createChannelBody = z
  .strictObject({
    name: credentialName.max(100),
    kind: z.enum(CHANNEL_KINDS),
    /** Of mail. */
    to: z.array(address).min(1).max(50).optional(),
    /** Of the others; https but for webhooks. */
    url: url.optional(),
    /** Of webhooks: signs what is sent; one is made when it is left out. */
    signing_secret: z.string().min(16).max(256).optional(),
    /** Of webhooks: the authority of the receiver, when it is not a public one. */
    ca_pem: paragraph(32_768).optional(),
    /** Nothing less urgent is sent. */
    min_severity: z.enum(SEVERITIES).default('info'),
    /** Empty: all. */
    kinds: z.array(z.enum(NOTICE_KINDS)).max(NOTICE_KINDS.length).default([]),
    /** Only about credentials that carry all of these. */
    labels: labels.default({}),
    /** Of webhooks: what changes on credentials, as it changes, in place of notices. */
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
        wrong(field, `must be left out for ${body.kind}`);
    }
    const forNotices = body.kinds.length > 0 ? 'kinds' : body.min_severity !== 'info' ? 'min_severity' : null;
    if (body.events && body.kind !== 'webhook') wrong('events', `must be left out for ${body.kind}`);
    else if (body.events && forNotices !== null) wrong(forNotices, 'must be left out beside events');
    if (body.kind !== 'webhook' && body.url !== undefined && !body.url.startsWith('https:'))
      wrong('url', 'must be an https URL');
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
  events: z.boolean(),
  created_at: moment,
  created_by: z.string(),
});
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
