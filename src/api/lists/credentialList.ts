import { z } from 'zod';
import { CREDENTIAL_STATUSES, HEALTHS } from '../../domain/credentials/credential.js';
import { LIST_ORDERS } from '../../domain/credentials/listOrder.js';
import { SERVICE_GROUP_NAMES } from '../../domain/credentials/serviceGroups.js';
import { parseServiceType } from '../../domain/credentials/serviceType.js';
import { NOTICE_KINDS } from '../../domain/notices/notice.js';
import { seenCredential } from '../answers.js';
import { labelPairs, limit, line, moment, nameToFind } from '../common.js';
import { at, count, flag, id, list, named, page, principal, serviceType, text } from '../shape.js';

/** Several words with commas between them; each must be known. */
const words = <Word extends string>(read: (word: string) => Word | undefined, rule: string) =>
  z
    .string()
    .max(500)
    .transform((texts, context) => {
      const found = texts.split(',').map((word) => read(word.trim()));
      const known = found.filter((word): word is NonNullable<typeof word> => word !== undefined);
      if (known.length === found.length) return [...new Set(known)];
      context.addIssue({ code: 'custom', message: rule });
      return z.NEVER;
    });
const oneOf = <Word extends string>(all: readonly Word[]) =>
  words(
    (text) => all.find((word) => word === text),
    `must be one of ${all.join(', ')}, or several with commas between`,
  );

const TYPES_RULE =
  'must be a service type, see GET /api/credentials/templates, or several with commas between them';

/** What a list can be filtered by; a bulk operation on all that match takes the same. */
export const credentialFilters = {
  service_type: words(parseServiceType, TYPES_RULE)
    .meta({
      description: 'Only credentials for these services: types or aliases, with commas between them.',
      examples: ['proxmox,vmware'],
    })
    .optional(),
  group: oneOf(SERVICE_GROUP_NAMES)
    .meta({
      description: 'Only credentials for the services of these groups, with commas between them.',
      examples: ['virtualization'],
    })
    .optional(),
  health: oneOf(HEALTHS)
    .meta({
      description: 'Only credentials with one of these healths, with commas between them.',
      examples: ['rejected,unreachable'],
    })
    .optional(),
  attention: z
    .enum(['true', 'false'])
    .transform((word) => word === 'true')
    .describe(
      'True: only credentials that need attention. These are active, and rejected, limited or unreachable, or they expire ' +
        'within 14 days. False: only the others.',
    )
    .optional(),
  status: z.enum(CREDENTIAL_STATUSES).describe('Only credentials with this status.').optional(),
  label: labelPairs,
  team: line(63).describe('Only credentials that are granted to this team or owned by it.').optional(),
  owner: line(255).describe('Only credentials of this owner.').optional(),
  expiring_before: moment.describe('Only credentials that expire before this moment.').optional(),
  unused_since: moment.describe('Only credentials without use since this moment.').optional(),
  name: nameToFind.describe('Only credentials with exactly this name.').optional(),
  q: line(200)
    .describe(
      'Only credentials with this text in name, description, settings (such as the host), owner, account, labels or ' +
        'variables.',
    )
    .optional(),
};

export type CredentialFilters = Omit<z.infer<typeof listCredentialsQuery>, 'sort' | 'limit' | 'cursor'>;

/** `GET /api/credentials`. */
export const listCredentialsQuery = z.strictObject({
  ...credentialFilters,
  sort: z
    .enum(LIST_ORDERS)
    .describe(
      'The order; with `-` it runs the other way. Credentials without a time come last. `group`: by group of services, ' +
        'then by name. `health`: the worst first.',
    )
    .default('-created_at'),
  limit,
  // Names are part of it.
  cursor: z.string().max(4096).describe('`next_cursor` of the page before.').optional(),
});
export type ListCredentialsQuery = z.infer<typeof listCredentialsQuery>;

const attention = named(
  'Attention',
  'What a credential needs attention for.',
  z.strictObject({
    code: z.enum(NOTICE_KINDS).describe('Why, as the kind of its notice: `health_rejected`, `expiring` …'),
    text: text('What to do, in one sentence.'),
  }),
)
  .nullable()
  .describe('What it needs attention for; null: nothing.');

export const listedCredential = named(
  'ListedCredential',
  'A credential in a list.',
  seenCredential.extend({
    last_used_at: at('When its value was last read or reported as used; null: never.').nullable(),
    offered: flag('True: only offered to you so far. Name it by ID or as owner/name, or accept the offer.'),
    attention,
  }),
);
export const credentialPage = page('CredentialPage', 'Credentials that you may see.', listedCredential);

const brief = {
  id: id('ID of the credential.'),
  name: text('Name, unique for its owner.'),
  service_type: serviceType,
};
const healthCounts = named(
  'HealthCounts',
  'How many credentials have which health.',
  z.strictObject({
    ok: count('They work.'),
    limited: count('They work only partly.'),
    rejected: count('Their service refuses them.'),
    unreachable: count('Their service cannot be reached.'),
    unchecked: count('They were not tested yet.'),
  }),
);
const group = named(
  'ServiceGroupSummary',
  'The credentials for one group of services.',
  z.strictObject({
    group: z.enum(SERVICE_GROUP_NAMES).describe('The group, as the filter `group` takes it.'),
    title: text('The name that people see.'),
    service_types: z
      .array(
        z.strictObject({
          service_type: serviceType,
          total: count('How many credentials.'),
          health: healthCounts,
        }),
      )
      .describe('The services of the group that have credentials.'),
  }),
);

/** `GET /api/credentials/summary`. */
export const credentialSummary = named(
  'CredentialSummary',
  'The credentials that you may see, in numbers. Deleted ones do not count.',
  z.strictObject({
    total: count('How many there are.'),
    attention: count('How many of them need attention, as the filter `attention` has it.'),
    groups: z
      .array(group)
      .describe('By group of services, in their order. Groups without credentials are left out.'),
    expiring: z
      .array(z.strictObject({ ...brief, expires_at: at('When the secret expires.') }))
      .describe('The active ones that expire within 30 days, the soonest first, at most ten.'),
    needs: z
      .array(
        z.strictObject({
          ...brief,
          health: z.enum(HEALTHS).describe('What its last tests found.'),
          attention,
        }),
      )
      .describe('Those that need attention, the worst first, at most five.'),
  }),
);

/** `GET /api/credentials/{id}/usage/consumers`. */
export const consumerList = named(
  'ConsumerList',
  'Who used a credential, the latest first.',
  list(
    'Consumers',
    'All items.',
    named(
      'Consumer',
      'One user of a credential.',
      z.strictObject({
        used_by: text('The agent or deployment that used it.'),
        caller: principal('Who called.'),
        last_used_at: at('When it last did.'),
        uses: count('How often the broker returned the value.'),
        failures: count(
          'How often it could not return the value, or the consumer reported that the value failed.',
        ),
      }),
    ),
  ).extend({
    since: at('From when on uses are counted: 30 days ago, or later where there are more than 50,000 uses.'),
  }),
);
