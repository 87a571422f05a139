import { z } from 'zod';
import { ROLES } from '../domain/access/caller.js';
import { OFFER_STATES } from '../domain/access/claims.js';
import { GRANT_LEVELS } from '../domain/access/grant.js';
import { SERVICE_TYPES } from '../domain/credentials/serviceType.js';
import { cursor, limit, line, serviceTypeWord, uuid } from './common.js';

/** A principal: the caller, when it is left out, or a service account, `sa:<id>`. */
const receiver = line(255).min(1).optional();
const variables = z.array(line(128).min(1)).max(64);

/** `GET /api/offers`. */
export const offersQuery = z.strictObject({
  receiver,
  state: z.enum(OFFER_STATES).optional(),
  limit,
  cursor: cursor.optional(),
});

/** `POST /api/offers/{id}/accept`: the variables that were shown, so that none is accepted unseen. */
export const acceptOfferBody = z.strictObject({
  variables,
  /** The credential fills these variables from now on, also where another one does so far. */
  prefer: z.boolean().default(false),
  receiver,
});

/** `POST /api/offers/{id}/decline`: the whole offer, or only some variables of an accepted one. */
export const declineOfferBody = z.strictObject({ variables: variables.optional(), receiver });

/** `GET /api/preferences`. */
export const preferencesQuery = z.strictObject({ receiver });

/** `PUT /api/preferences`; `credential_id` null: no preference. */
export const preferencesBody = z.strictObject({
  receiver,
  variables: variables.default([]),
  service_types: z.array(serviceTypeWord).max(SERVICE_TYPES.length).default([]),
  credential_id: uuid.nullable(),
});

export const offerAnswer = z.strictObject({
  id: z.uuid(),
  state: z.enum(OFFER_STATES),
  receiver: z.string(),
  credential: z.strictObject({
    id: z.uuid(),
    name: z.string(),
    owner: z.string(),
    service_type: z.enum(SERVICE_TYPES),
  }),
  level: z.enum(GRANT_LEVELS),
  /** `user`, `service_account`, or the team or role that it reaches the receiver by. */
  by: z.string(),
  given_by: z.string(),
  giver_role: z.enum(ROLES).nullable(),
  given_at: z.iso.datetime(),
  expires_at: z.iso.datetime().nullable(),
  /** What it would fill once these are accepted. */
  variables: z.array(z.string()),
  /** What needs no answer. */
  fills: z.array(z.string()),
});
export const offerPage = z.strictObject({ items: z.array(offerAnswer), next_cursor: z.string().nullable() });
export const preferenceList = z.strictObject({
  items: z.array(
    z.strictObject({ kind: z.enum(['variable', 'service_type']), name: z.string(), credential_id: z.uuid() }),
  ),
});
