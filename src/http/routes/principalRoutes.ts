import { disabledList, principalAnswer, principalBody } from '../../api/people.js';
import { listDisabled, setDisabled } from '../../usecases/people/disabledPrincipals.js';
import { presentMade } from '../present/presentPeople.js';
import { json, parse, type Route } from '../route.js';

/** Disabling and enabling, whatever issuer the tokens come from. */
export const principalRoutes: readonly Route[] = [
  {
    method: 'get',
    path: '/api/principals/disabled',
    summary: 'List disabled principals',
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
    summary: 'Disable or enable a principal of any issuer',
    answer: principalAnswer,
    auth: 'token',
    body: principalBody,
    handle: async ({ ports, call, param, request, response }) => {
      const { disabled, keep_service_accounts } = parse(principalBody, request.body);
      const principal = param('principal');
      const change = { disabled, keepServiceAccounts: keep_service_accounts };
      const made = await setDisabled(ports, call, principal, change);
      json(response, { principal, disabled, ...presentMade(made) });
    },
  },
];
