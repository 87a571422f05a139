import { z } from 'zod';
import { OFFER_STATES } from '../domain/access/claims.js';
import { GRANT_LEVELS } from '../domain/access/grant.js';
import { SERVICE_TYPES } from '../domain/credentials/serviceType.js';
import { cursor, limit, line, serviceTypeWord, uuid } from './common.js';
import { at, flag, id, list, named, page, principal, serviceType, text, texts } from './shape.js';

const receiver = line(255)
  .min(1)
  .describe(
    'The recipient, as a principal: you if omitted, or a service account that you created (`sa:<id>`).',
  )
  .optional();
const variables = z.array(line(128).min(1).describe('Name of a variable.')).max(64);

/** `GET /api/offers`. */
export const offersQuery = z.strictObject({
  receiver,
  state: z.enum(OFFER_STATES).describe('Only offers in this state.').optional(),
  limit,
  cursor: cursor.optional(),
});

/** `POST /api/offers/{id}/accept`. */
export const acceptOfferBody = named(
  'AcceptOfferRequest',
  'The variables to accept.',
  z.strictObject({
    variables: variables.describe(
      'The variables that you saw. Others that the offer names are not accepted.',
    ),
    prefer: flag(
      'True: this credential fills these variables from now on, even where another one does now.',
    ).default(false),
    receiver,
  }),
);

/** `POST /api/offers/{id}/decline`. */
export const declineOfferBody = named(
  'DeclineOfferRequest',
  'What to decline.',
  z.strictObject({
    variables: variables
      .describe('Only these variables of an accepted offer. Left out: the whole offer.')
      .optional(),
    receiver,
  }),
);

/** `GET /api/preferences`. */
export const preferencesQuery = z.strictObject({ receiver });

/** `PUT /api/preferences`. */
export const preferencesBody = named(
  'PreferencesRequest',
  'Which credential to prefer, and for what.',
  z.strictObject({
    receiver,
    variables: variables.describe('For these variables.').default([]),
    service_types: z
      .array(serviceTypeWord)
      .max(SERVICE_TYPES.length)
      .describe('For these service types.')
      .default([]),
    credential_id: uuid.nullable().describe('The credential to prefer; null: remove the preference.'),
  }),
);

export const offerAnswer = named(
  'Offer',
  'A credential that is shared with a receiver, who decides which variables it fills.',
  z.strictObject({
    id: id('ID of the offer.'),
    state: z.enum(OFFER_STATES).describe('What the receiver decided.'),
    receiver: principal('The receiver.'),
    credential: z
      .strictObject({
        id: id('ID of the credential.'),
        name: text('Its name.'),
        owner: principal('Its owner.'),
        service_type: serviceType,
      })
      .describe('The credential.'),
    level: z.enum(GRANT_LEVELS).describe('What the receiver may do with it.'),
    by: text('`user`, `service_account`, or the team or role that connects it to the receiver.'),
    given_by: principal('Who shared it.'),
    giver_role: text('Role of that person; null: not known.').nullable(),
    given_at: at('When it was shared.'),
    expires_at: at('When it ends; null: never.').nullable(),
    variables: texts('Variables that it would fill once they are accepted.'),
    fills: texts('Variables that it fills now.'),
  }),
);
export const offerPage = page('OfferPage', 'Offers, newest first.', offerAnswer);
export const preferenceList = list(
  'PreferenceList',
  'Preferences of a receiver.',
  named(
    'Preference',
    'Which credential is preferred.',
    z.strictObject({
      kind: z.enum(['variable', 'service_type']).describe('What `name` is.'),
      name: text('The variable or service type.'),
      credential_id: id('The preferred credential.'),
    }),
  ),
);
