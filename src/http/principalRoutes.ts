import { disabledList, principalAnswer, principalBody } from '../api/people.js';
import { listDisabled, setDisabled } from '../usecases/disabledPrincipals.js';
import { json, parse, type Route } from './route.js';

/** Shutting out, whoever issues the tokens. */
export const principalRoutes: readonly Route[] = [
  {
    method: 'get',
    path: '/api/principals/disabled',
    summary: 'Who is shut out',
    answer: disabledList,
    auth: 'token',
    handle: async ({ ports, call, response }) => {
      const items = (await listDisabled(ports, call)).map(({ principal, disabledAt, disabledBy }) => ({
        principal,
        disabled_at: disabledAt,
        disabled_by: disabledBy,
      }));
      json(response, { items });
    },
  },
  {
    method: 'patch',
    path: '/api/principals/{principal}',
    summary: 'Shut somebody out, of whatever issuer, or let him in again',
    answer: principalAnswer,
    auth: 'token',
    body: principalBody,
    handle: async ({ ports, call, param, request, response }) => {
      const { disabled } = parse(principalBody, request.body);
      const principal = param('principal');
      await setDisabled(ports, call, principal, disabled);
      json(response, { principal, disabled });
    },
  },
];
