import { z } from 'zod';
import { GRANT_LEVELS, SUBJECT_KINDS } from '../domain/access/grant.js';
import { brokenNameRule } from '../domain/credentials/nameRules.js';
import { parseServiceType } from '../domain/credentials/serviceType.js';
import { isDangerousEnvName } from '../domain/environment/dangerousEnvNames.js';
import { isMailAddress } from '../domain/notices/mailAddress.js';
import { secretIn } from '../domain/secrecy/secretText.js';
import { steeringCharacter } from '../domain/text/plainText.js';
import { named } from './shape.js';

/** Control characters would break tables, logs and mail; nothing that people type holds them. */
const NO_CONTROL = /^[^\p{Cc}\p{Zl}\p{Zp}]*$/u;

/** Adds the rule that a text breaks; `must …`. */
const following =
  (rule: (text: string) => string | undefined) => (text: string, context: z.RefinementCtx<string>) => {
    const message = rule(text);
    if (message !== undefined) context.addIssue({ code: 'custom', message });
  };

/** Text that is stored or shown in clear. The rule also says what to do instead. */
export function clearTextRule(text: string, kind: 'line' | 'lines' = 'line'): string | undefined {
  const steering = steeringCharacter(text, kind);
  if (steering !== undefined) return `must not contain control characters, such as ${steering}`;
  const secret = secretIn(text);
  return secret === undefined
    ? undefined
    : `must not contain ${secret}, because it is stored and shown in clear; put it in a secret field of a credential`;
}

/** One line of text, which holds no secret. */
export const line = (max: number) =>
  z
    .string()
    .max(max)
    .regex(NO_CONTROL, 'must be one line without control characters')
    .superRefine(following(clearTextRule));

/** Text of several lines, of any content. */
export const paragraph = (max: number) =>
  z
    .string()
    .max(max)
    .refine((text) => !text.includes('\0'), 'must not contain a NUL character');

/** Text of several lines, which holds no secret. */
export const clearParagraph = (max: number) =>
  paragraph(max).superRefine(
    following((text) => (text.includes('\0') ? undefined : clearTextRule(text, 'lines'))),
  );

export const mailAddress = z
  .string()
  .max(254)
  .refine(isMailAddress, 'must be a mail address')
  .meta({ description: 'A mail address.', examples: ['anna@example.com'] });

/** In one Unicode form, so that a name is found by however it is typed. */
export const credentialName = z
  .string()
  .max(255)
  .regex(NO_CONTROL, 'must be one line without control characters')
  .min(1)
  .normalize('NFC')
  .superRefine(following((name) => brokenNameRule(name) ?? clearTextRule(name)))
  .meta({ description: 'Name, unique for its owner.', examples: ['Proxmox lab'] });

/** A name as a request asks for it: also one of before these rules. */
export const nameToFind = line(255).min(1).normalize('NFC');

/** A service type or one of its aliases; the parsed value is the service type. */
export const serviceTypeWord = z
  .string()
  .max(32)
  .meta({ examples: ['proxmox'] })
  .transform((word, context) => {
    const type = parseServiceType(word);
    if (type !== undefined) return type;
    context.addIssue({
      code: 'custom',
      message: 'must be a service type, see GET /api/credentials/templates',
    });
    return z.NEVER;
  })
  .describe('A service type or one of its aliases, see `GET /api/credentials/templates`.');

export const labels = z
  .record(
    z
      .string()
      .regex(
        /^[a-z0-9][a-z0-9_.-]{0,62}$/,
        'must be 1 to 63 of a-z, 0-9, _, . and -, a letter or digit first',
      )
      .superRefine(following(clearTextRule)),
    line(255),
  )
  .refine((map) => Object.keys(map).length <= 32, 'must contain at most 32 labels')
  .meta({ description: 'Labels: key to value.', examples: [{ env: 'prod' }] });

/** In queries. */
export const labelPairs = z
  .union([line(320), z.array(line(320))])
  .transform((v) => (Array.isArray(v) ? v : [v]))
  .describe('Only credentials with this label, as `key=value`. Repeat it for several labels.')
  .optional();

/** RFC 3339, with an offset; later ones have no four-digit year any more. */
export const moment = z.iso
  .datetime({ offset: true, error: 'must be a time such as 2027-01-31T00:00:00Z' })
  .refine((text) => !(new Date(text).getUTCFullYear() > 9999), 'must be before the year 10000')
  .meta({ description: 'A moment with an offset (RFC 3339).', examples: ['2027-01-31T00:00:00Z'] });

/** Environment variable → field. */
export const envNames = z
  .record(
    z
      .string()
      .regex(/^[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}$/, 'must be the name of a variable')
      .superRefine(following(clearTextRule)),
    z.string().regex(/^[A-Za-z_][A-Za-z0-9_]{0,63}$/, 'must name a field'),
  )
  .refine((map) => Object.keys(map).length <= 64, 'must contain at most 64 variables')
  .refine(
    (map) => !Object.keys(map).some(isDangerousEnvName),
    'must not name a variable that changes how programs run, such as PATH, LD_PRELOAD or PIP_INDEX_URL',
  )
  .meta({
    description: 'Environment variable to the field that fills it.',
    examples: [{ PROXMOX_HOST: 'host' }],
  });

/** One flat map of settings and secrets; `null` removes a field. The template defines which are secrets. */
export const fieldMap = z
  .record(z.string().min(1).max(64), z.union([z.string().max(131_072), z.number(), z.boolean(), z.null()]))
  .refine((map) => Object.keys(map).length <= 64, 'must contain at most 64 fields')
  .meta({
    description:
      'Settings and secrets in one map. `null` removes a field. The template says which are secret.',
    examples: [{ host: 'pve.example.com', verify_ssl: true }],
  });

export const secretFields = z
  .array(z.string().max(64).describe('Name of a field.'))
  .max(64)
  .describe('Service type `other` only: which of the fields are secret. Left out: all are.')
  .optional();
export const grantLevel = z
  .enum(GRANT_LEVELS)
  .describe('`use`, `read` or `manage`; each includes the ones before.');

export const grantInput = named(
  'GrantInput',
  'A right to give.',
  z.strictObject({
    subject_kind: z.enum(SUBJECT_KINDS).describe('What `subject` names.'),
    subject: line(255)
      .min(1)
      .meta({ description: 'The user, service account, team or role.', examples: ['local:anna'] }),
    level: grantLevel,
    expires_at: moment.nullable().describe('When the grant ends; null or left out: never.').optional(),
  }),
);

export const uuid = z
  .uuid('must be an id (a UUID)')
  .meta({ description: 'An ID (a UUID).', examples: ['0b2f7d3e-3c53-4c0e-9a53-1d5c1f0a6a10'] });
export const cursor = z.string().max(512).describe('`next_cursor` of the page before.');
export const limit = z.coerce
  .number()
  .int()
  .min(1)
  .max(200)
  .describe('At most this number of items.')
  .default(50);
