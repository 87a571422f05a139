import { principalParams } from '../../api/paths.js';
import { principalBody } from '../../api/people.js';
import { disabledList, principalAnswer } from '../../api/peopleAnswers.js';
import { listDisabled, setDisabled } from '../../usecases/people/disabledPrincipals.js';
import { isoOrNull } from '../present/moments.js';
import { presentMade } from '../present/presentPeople.js';
import { type Route, route } from '../route.js';

const shared = { tag: 'People', auth: 'token' } as const;

/** Disabling and enabling, whatever issuer the tokens come from. */
export const principalRoutes: readonly Route[] = [
  route({
    ...shared,
    method: 'get',
    path: '/api/principals/disabled',
    id: 'listDisabledPrincipals',
    summary: 'List disabled principals',
    answer: disabledList,
    handle: async ({ ports, call }) => ({
      items: (await listDisabled(ports, call)).map(({ principal, disabledAt, disabledBy }) => ({
        principal,
        disabled_at: isoOrNull(disabledAt),
        disabled_by: disabledBy,
      })),
    }),
  }),
  route({
    ...shared,
    method: 'patch',
    path: '/api/principals/{principal}',
    id: 'setPrincipalDisabled',
    summary: 'Disable or enable a principal of any issuer',
    errors: ['conflict'],
    params: principalParams,
    body: principalBody,
    answer: principalAnswer,
    handle: async ({ ports, call, params: { principal }, body }) => {
      const { disabled, keep_service_accounts: keepServiceAccounts } = body;
      const made = await setDisabled(ports, call, principal, { disabled, keepServiceAccounts });
      return { principal, disabled, ...presentMade(made) };
    },
  }),
];
