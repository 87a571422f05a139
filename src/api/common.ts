import { z } from 'zod';
import { GRANT_LEVELS, SUBJECT_KINDS } from '../domain/grant.js';
import { isMailAddress } from '../domain/mailAddress.js';
import { parseServiceType } from '../domain/serviceType.js';
import { steersPrograms } from '../domain/steeringVariables.js';

/** Control characters would break tables, logs and mail; nothing that people type holds them. */
const NO_CONTROL = /^[^\p{Cc}\p{Zl}\p{Zp}]*$/u;
/** Characters that do not show, by which two names could look alike; the joiner of emoji sequences is fine. */
const INVISIBLE = /[\p{Cf}\p{Co}\p{Cn}\u3164\uffa0]/u;

/** One line of text. */
export const line = (max: number) =>
  z.string().max(max).regex(NO_CONTROL, 'must be one line without control characters');

/** Text of several lines. */
export const paragraph = (max: number) =>
  z
    .string()
    .max(max)
    .refine((text) => !text.includes('\0'), 'must not hold a NUL character');

export const credentialName = line(255)
  .min(1)
  .refine((s) => s.trim() === s && s !== '', 'must not begin or end with a blank')
  .refine(
    (s) => !INVISIBLE.test(s.replaceAll('\u200d', '')),
    'must not hold characters that do not show, such as U+200B',
  );

export const mailAddress = z.string().max(254).refine(isMailAddress, 'must be a mail address');

/** A service type or one of its aliases; the parsed value is the service type. */
export const serviceTypeWord = z
  .string()
  .max(32)
  .transform((word, context) => {
    const type = parseServiceType(word);
    if (type !== undefined) return type;
    context.addIssue({
      code: 'custom',
      message: 'must be a service type, see GET /api/credentials/templates',
    });
    return z.NEVER;
  });

export const labels = z
  .record(
    z
      .string()
      .regex(
        /^[a-z0-9][a-z0-9_.-]{0,62}$/,
        'must be 1 to 63 of a-z, 0-9, _, . and -, a letter or digit first',
      ),
    line(255),
  )
  .refine((map) => Object.keys(map).length <= 32, 'must hold at most 32 labels');

/** RFC 3339, with an offset; later ones have no four-digit year any more. */
export const moment = z.iso
  .datetime({ offset: true, error: 'must be a moment such as 2027-01-31T00:00:00Z' })
  .refine((text) => !(new Date(text).getUTCFullYear() > 9999), 'must lie before the year 10000');

/** Environment variable → field. */
export const envNames = z
  .record(
    z.string().regex(/^[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}$/, 'must be the name of a variable'),
    z.string().regex(/^[A-Za-z_][A-Za-z0-9_]{0,63}$/, 'must name a field'),
  )
  .refine((map) => Object.keys(map).length <= 64, 'must hold at most 64 variables')
  .refine(
    (map) => !Object.keys(map).some(steersPrograms),
    'must not name a variable that steers programs, such as PATH or LD_PRELOAD',
  );

/** One flat map of settings and secrets; `null` removes a field. The template tells which are secrets. */
export const fieldMap = z
  .record(z.string().min(1).max(64), z.union([z.string().max(16_384), z.number(), z.boolean(), z.null()]))
  .refine((map) => Object.keys(map).length <= 64, 'must hold at most 64 fields');

export const grantLevel = z.enum(GRANT_LEVELS);

export const grantInput = z.strictObject({
  subject_kind: z.enum(SUBJECT_KINDS),
  subject: line(255).min(1),
  level: grantLevel,
  expires_at: moment.nullable().optional(),
});

export const uuid = z.uuid('must be an id (a UUID)');
export const cursor = z.string().max(512);
export const limit = z.coerce.number().int().min(1).max(200).default(50);
