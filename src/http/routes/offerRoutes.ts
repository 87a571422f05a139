import * as shapes from '../../api/offers.js';
import type { Preference } from '../../domain/environment/variablePlan.js';
import { acceptOffer, declineOffer, listOffers, type ShownOffer } from '../../usecases/sharing/offers.js';
import { listPreferences, setPreferences } from '../../usecases/sharing/preferences.js';
import { json, parse, type Route } from '../route.js';

/** What others give a receiver, and what the receiver says of it. */
export const offerRoutes: readonly Route[] = [
  {
    method: 'get',
    path: '/api/offers',
    summary: 'List offers to you and to the service accounts that you created, newest first',
    answer: shapes.offerPage,
    auth: 'token',
    query: shapes.offersQuery,
    handle: async ({ ports, call, request, response }) => {
      const { limit, cursor, ...filter } = parse(shapes.offersQuery, request.query);
      const page = { limit, ...(cursor !== undefined && { cursor }) };
      const { items, nextCursor } = await listOffers(ports, call, filter, page);
      json(response, { items: items.map(presentOffer), next_cursor: nextCursor ?? null });
    },
  },
  {
    method: 'post',
    path: '/api/offers/{id}/accept',
    summary: 'Accept an offer for the variables that you name',
    answer: shapes.offerAnswer,
    auth: 'token',
    body: shapes.acceptOfferBody,
    handle: async ({ ports, call, param, request, response }) => {
      const body = parse(shapes.acceptOfferBody, request.body);
      json(response, presentOffer(await acceptOffer(ports, call, param('id'), body)));
    },
  },
  {
    method: 'post',
    path: '/api/offers/{id}/decline',
    summary: 'Decline an offer; it fills nothing and is hidden until you accept it',
    answer: shapes.offerAnswer,
    auth: 'token',
    body: shapes.declineOfferBody,
    handle: async ({ ports, call, param, request, response }) => {
      const body = parse(shapes.declineOfferBody, request.body);
      json(response, presentOffer(await declineOffer(ports, call, param('id'), body)));
    },
  },
  {
    method: 'get',
    path: '/api/preferences',
    summary: 'List which credentials you prefer for variables and service types',
    answer: shapes.preferenceList,
    auth: 'token',
    query: shapes.preferencesQuery,
    handle: async ({ ports, call, request, response }) => {
      const { receiver } = parse(shapes.preferencesQuery, request.query);
      json(response, presentPreferences(await listPreferences(ports, call, receiver)));
    },
  },
  {
    method: 'put',
    path: '/api/preferences',
    summary: 'Prefer a credential for variables and service types, or remove preferences',
    answer: shapes.preferenceList,
    auth: 'token',
    body: shapes.preferencesBody,
    handle: async ({ ports, call, request, response }) => {
      const body = parse(shapes.preferencesBody, request.body);
      const { receiver, variables, service_types: serviceTypes, credential_id: credentialId } = body;
      const change = { receiver, variables, serviceTypes, credentialId };
      json(response, presentPreferences(await setPreferences(ports, call, change)));
    },
  },
];

function presentOffer(offer: ShownOffer): Record<string, unknown> {
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
    given_at: offer.givenAt,
    expires_at: offer.expiresAt,
    variables: offer.asks,
    fills: offer.fills,
  };
}

const presentPreferences = (preferences: readonly Preference[]) => ({
  items: preferences.map(({ kind, name, credentialId }) => ({ kind, name, credential_id: credentialId })),
});
