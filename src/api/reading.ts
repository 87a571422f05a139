import { z } from 'zod';
import { labelPairs, labels, line, nameToFind, serviceTypeWord, uuid } from './common.js';
import { named } from './shape.js';

const ofOwner = line(255).describe('Only credentials of this owner.').optional();

export const selector = z
  .union(
    [
      z.strictObject({ id: uuid.describe('The credential with this ID.') }),
      z.strictObject({ name: nameToFind.describe('The credential with this name.'), owner: ofOwner }),
      z.strictObject({
        service_type: serviceTypeWord,
        labels: labels
          .describe('The credential of the service type that has all of these labels.')
          .optional(),
        owner: ofOwner,
      }),
      z.strictObject({
        env: z
          .string()
          .regex(/^[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}$/)
          .describe('The field that fills this variable.'),
        owner: ofOwner,
      }),
    ],
    {
      error:
        'must contain id, name, env, or service_type (optionally with labels); owner can be added to all but id',
    },
  )
  .meta({
    id: 'Selector',
    description: 'Which credential: by `id`, `name`, `service_type` with labels, or `env`.',
    examples: [{ name: 'Proxmox lab' }],
  });

export const RESOLVE_SHAPES = ['fields', 'client'] as const;
export type ResolveShape = (typeof RESOLVE_SHAPES)[number];

const usedBy = line(255)
  .describe('The agent or deployment that the value is for. It wins over `X-Used-By`.')
  .optional();
const purpose = line(500).describe('What the value is for.').optional();

/** `POST /api/credentials/resolve`. */
export const resolveBody = named(
  'ResolveRequest',
  'What to read.',
  z.strictObject({
    items: z.array(selector).min(1).max(100).describe('Up to 100 credentials.'),
    shape: z
      .enum(RESOLVE_SHAPES)
      .describe(
        '`fields`: all fields. `client`: only what the client in Glassdome takes as keyword arguments (ProxmoxClient, ' +
          'MailcowClient, …), under its names, with booleans and integers. A field that is asked for as `env` keeps its name.',
      )
      .default('fields'),
    used_by: usedBy,
    purpose,
  }),
);

const word = z.enum(['true', 'false']);

/** Query of `GET /api/environment`. */
export const environmentQuery = z.strictObject({
  label: labelPairs,
  aliases: word
    .describe(
      '`true`: also other names of the variables, such as `AWS_REGION` where a credential names `AWS_DEFAULT_REGION`.',
    )
    .default('false')
    .transform((text) => text === 'true'),
  values: word
    .describe('`false`: names and sources only. Nothing is read from Vault, and nothing counts as a use.')
    .default('true')
    .transform((text) => text === 'true'),
  used_by: usedBy,
  purpose,
});
