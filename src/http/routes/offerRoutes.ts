import type { z } from 'zod';
import * as shapes from '../../api/offers.js';
import { offerParams } from '../../api/paths.js';
import type { Preference } from '../../domain/environment/variablePlan.js';
import { acceptOffer, declineOffer, listOffers, type ShownOffer } from '../../usecases/sharing/offers.js';
import { listPreferences, setPreferences } from '../../usecases/sharing/preferences.js';
import { iso, isoOrNull } from '../present/moments.js';
import { paged, pageOf, type Route, route } from '../route.js';

const shared = { tag: 'Sharing', auth: 'token' } as const;
/** An answer to an offer. */
const decision = { ...shared, method: 'post', params: offerParams, answer: shapes.offerAnswer } as const;

/** What others give a receiver, and what the receiver says of it. */
export const offerRoutes: readonly Route[] = [
  route({
    ...shared,
    method: 'get',
    path: '/api/offers',
    id: 'listOffers',
    summary: 'List offers to you and to the service accounts that you created, newest first',
    query: shapes.offersQuery,
    answer: shapes.offerPage,
    handle: async ({ ports, call, query: { limit, cursor, ...filter } }) =>
      paged(await listOffers(ports, call, filter, pageOf({ limit, cursor })), presentOffer),
  }),
  route({
    ...decision,
    path: '/api/offers/{id}/accept',
    id: 'acceptOffer',
    summary: 'Accept an offer for the variables that you name',
    body: shapes.acceptOfferBody,
    handle: async ({ ports, call, params, body }) =>
      presentOffer(await acceptOffer(ports, call, params.id, body)),
  }),
  route({
    ...decision,
    path: '/api/offers/{id}/decline',
    id: 'declineOffer',
    summary: 'Decline an offer; it fills nothing and is hidden until you accept it',
    body: shapes.declineOfferBody,
    handle: async ({ ports, call, params, body }) =>
      presentOffer(await declineOffer(ports, call, params.id, body)),
  }),
  route({
    ...shared,
    method: 'get',
    path: '/api/preferences',
    id: 'listPreferences',
    summary: 'List which credentials you prefer for variables and service types',
    query: shapes.preferencesQuery,
    answer: shapes.preferenceList,
    handle: async ({ ports, call, query }) =>
      presentPreferences(await listPreferences(ports, call, query.receiver)),
  }),
  route({
    ...shared,
    method: 'put',
    path: '/api/preferences',
    id: 'setPreferences',
    summary: 'Prefer a credential for variables and service types, or remove preferences',
    body: shapes.preferencesBody,
    answer: shapes.preferenceList,
    handle: async ({ ports, call, body }) => {
      const { receiver, variables, service_types: serviceTypes, credential_id: credentialId } = body;
      const change = { receiver, variables, serviceTypes, credentialId };
      return presentPreferences(await setPreferences(ports, call, change));
    },
  }),
];

function presentOffer(offer: ShownOffer): z.output<typeof shapes.offerAnswer> {
  const { grant, credential: c } = offer;
  const isDirect = grant.subjectKind === 'user' || grant.subjectKind === 'service_account';
  return {
    id: grant.id,
    state: offer.state,
    receiver: offer.receiver.principal,
    credential: { id: c.id, name: c.name, owner: c.owner, service_type: c.serviceType },
    level: grant.level,
    by: isDirect ? grant.subjectKind : `${grant.subjectKind}:${grant.subject}`,
    given_by: grant.givenBy,
    giver_role: grant.giverRole,
    given_at: iso(offer.givenAt),
    expires_at: isoOrNull(offer.expiresAt),
    variables: offer.asks,
    fills: offer.fills,
  };
}

const presentPreferences = (preferences: readonly Preference[]) => ({
  items: preferences.map(({ kind, name, credentialId }) => ({ kind, name, credential_id: credentialId })),
});
