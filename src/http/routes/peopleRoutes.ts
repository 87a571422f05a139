import * as answers from '../../api/answers.js';
import { type AuditQuery, auditQuery } from '../../api/credentials.js';
import * as bodies from '../../api/people.js';
import { newServiceAccount, serviceAccountList } from '../../api/serviceAccountAnswers.js';
import type { Secret } from '../../domain/secret.js';
import type { AuditFilter } from '../../ports/auditTrail.js';
import type { ServiceAccount } from '../../ports/people.js';
import { listAudit } from '../../usecases/operations/audit.js';
import { resetPassword } from '../../usecases/people/resetPassword.js';
import {
  createServiceAccount,
  listServiceAccounts,
  resetServiceAccountSecret,
  revokeServiceAccount,
} from '../../usecases/people/serviceAccounts.js';
import { createUser, listUsers, updateUser } from '../../usecases/people/users.js';
import { presentAudit } from '../present/presenters.js';
import { presentMade, presentPerson, presentServiceAccount } from '../present/presentPeople.js';
import { presentSecretOnce } from '../present/presentSecretOnce.js';
import { json, parse, type Route, secretJson } from '../route.js';

function presentNewSecret(account: ServiceAccount, secret: Secret): Record<string, unknown> {
  const opened = { client_id: account.id, client_secret: presentSecretOnce(secret) };
  return { ...presentServiceAccount(account), ...opened };
}

const accounts: Route[] = [
  {
    method: 'get',
    path: '/api/users',
    summary: 'People who log in here',
    answer: answers.personList,
    auth: 'token',
    handle: async ({ ports, call, response }) =>
      json(response, { items: (await listUsers(ports, call)).map(presentPerson) }),
  },
  {
    method: 'post',
    path: '/api/users',
    summary: 'Add a person; answers a one-time password',
    answer: answers.newPersonAnswer,
    auth: 'token',
    body: bodies.createUserBody,
    status: 201,
    handle: async ({ ports, call, request, response }) => {
      const { person, password } = await createUser(ports, call, parse(bodies.createUserBody, request.body));
      secretJson(response, { ...presentPerson(person), one_time_password: presentSecretOnce(password) }, 201);
    },
  },
  {
    method: 'patch',
    path: '/api/users/{username}',
    summary: "Change a person's role or address, disable or enable the account",
    answer: answers.changedPersonAnswer,
    auth: 'token',
    body: bodies.updateUserBody,
    handle: async ({ ports, call, param, request, response }) => {
      const { role, disabled, email, keep_service_accounts } = parse(bodies.updateUserBody, request.body);
      const patch = {
        ...(role === undefined ? {} : { role }),
        ...(disabled === undefined ? {} : { disabled }),
        ...(email === undefined ? {} : { email }),
        ...(keep_service_accounts === undefined ? {} : { keepServiceAccounts: keep_service_accounts }),
      };
      const { person, made } = await updateUser(ports, call, param('username'), patch);
      json(response, { ...presentPerson(person), ...presentMade(made) });
    },
  },
  {
    method: 'post',
    path: '/api/users/{username}/reset-password',
    summary: 'New one-time password',
    answer: answers.oneTimePassword,
    auth: 'token',
    handle: async ({ ports, call, param, response }) =>
      secretJson(response, {
        one_time_password: presentSecretOnce(await resetPassword(ports, call, param('username'))),
      }),
  },
  {
    method: 'get',
    path: '/api/service-accounts',
    summary: 'Service accounts',
    answer: serviceAccountList,
    auth: 'token',
    handle: async ({ ports, call, response }) =>
      json(response, { items: (await listServiceAccounts(ports, call)).map(presentServiceAccount) }),
  },
  {
    method: 'post',
    path: '/api/service-accounts',
    summary: 'New service account; its secret is shown once',
    answer: newServiceAccount,
    auth: 'token',
    body: bodies.createServiceAccountBody,
    status: 201,
    handle: async ({ ports, call, request, response }) => {
      const { expires_at, ...body } = parse(bodies.createServiceAccountBody, request.body);
      const { account, secret } = await createServiceAccount(ports, call, {
        ...body,
        expiresAt: expires_at ? new Date(expires_at) : null,
      });
      secretJson(response, presentNewSecret(account, secret), 201);
    },
  },
  {
    method: 'post',
    path: '/api/service-accounts/{id}/reset-secret',
    summary: 'New secret, shown once; the old one ends',
    answer: newServiceAccount,
    auth: 'token',
    handle: async ({ ports, call, param, response }) => {
      const { account, secret } = await resetServiceAccountSecret(ports, call, param('id'));
      secretJson(response, presentNewSecret(account, secret));
    },
  },
  {
    method: 'delete',
    path: '/api/service-accounts/{id}',
    summary: 'Revoke at once',
    auth: 'token',
    status: 204,
    handle: async ({ ports, call, param, response }) => {
      await revokeServiceAccount(ports, call, param('id'));
      response.status(204).end();
    },
  },
];

function filterOf(query: Omit<AuditQuery, 'limit' | 'cursor'>): AuditFilter {
  const { credential_id: credentialId, request_id: requestId, actor, action, outcome, from, to } = query;
  return {
    ...(credentialId !== undefined && { credentialId }),
    ...(actor !== undefined && { actor }),
    ...(requestId !== undefined && { requestId }),
    ...(action !== undefined && (action.endsWith('*') ? { actionPrefix: action.slice(0, -1) } : { action })),
    ...(outcome !== undefined && { outcome }),
    ...(from !== undefined && { from: new Date(from) }),
    ...(to !== undefined && { to: new Date(to) }),
  };
}

const trail: Route[] = [
  {
    method: 'get',
    path: '/api/audit',
    summary: 'The audit trail, newest first',
    answer: answers.auditPage,
    auth: 'token',
    query: auditQuery,
    handle: async ({ ports, call, request, response }) => {
      const { limit, cursor, ...filter } = parse(auditQuery, request.query);
      const page = await listAudit(ports, call, filterOf(filter), {
        limit,
        ...(cursor !== undefined && { cursor }),
      });
      json(response, { items: page.items.map(presentAudit), next_cursor: page.nextCursor ?? null });
    },
  },
];

export const peopleRoutes: readonly Route[] = [...accounts, ...trail];
