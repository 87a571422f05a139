import type { z } from 'zod';
import { serviceAccountParams, userParams } from '../../api/paths.js';
import * as bodies from '../../api/people.js';
import * as answers from '../../api/peopleAnswers.js';
import type { Secret } from '../../domain/secret.js';
import type { ServiceAccount } from '../../ports/people.js';
import { resetPassword } from '../../usecases/people/resetPassword.js';
import {
  createServiceAccount,
  listServiceAccounts,
  resetServiceAccountSecret,
  revokeServiceAccount,
} from '../../usecases/people/serviceAccounts.js';
import { createUser, listUsers, updateUser } from '../../usecases/people/users.js';
import { breakGlassReason } from '../headers.js';
import { presentMade, presentPerson, presentServiceAccount } from '../present/presentPeople.js';
import { presentSecretOnce } from '../present/presentSecretOnce.js';
import { type Route, route } from '../route.js';

const shared = { tag: 'People', auth: 'token' } as const;

/** Users and service accounts. */
export const peopleRoutes: readonly Route[] = [
  route({
    ...shared,
    method: 'get',
    path: '/api/users',
    id: 'listUsers',
    summary: 'List users',
    answer: answers.personList,
    handle: async ({ ports, call }) => ({ items: (await listUsers(ports, call)).map(presentPerson) }),
  }),
  route({
    ...shared,
    method: 'post',
    path: '/api/users',
    id: 'createUser',
    summary: 'Create a user; returns a one-time password',
    status: 201,
    errors: ['name_taken'],
    answersSecret: true,
    body: bodies.createUserBody,
    answer: answers.newPersonAnswer,
    handle: async ({ ports, call, body }) => {
      const { person, password } = await createUser(ports, call, body);
      return { ...presentPerson(person), one_time_password: presentSecretOnce(password) };
    },
  }),
  route({
    ...shared,
    method: 'patch',
    path: '/api/users/{username}',
    id: 'updateUser',
    summary: "Update a user's role or mail address, or disable or enable the user",
    description: 'Omitted fields keep their value.',
    errors: ['conflict'],
    params: userParams,
    body: bodies.updateUserBody,
    answer: answers.changedPersonAnswer,
    handle: async ({ ports, call, params, body }) => {
      const { role, disabled, email, keep_service_accounts } = body;
      const patch = {
        ...(role === undefined ? {} : { role }),
        ...(disabled === undefined ? {} : { disabled }),
        ...(email === undefined ? {} : { email }),
        ...(keep_service_accounts === undefined ? {} : { keepServiceAccounts: keep_service_accounts }),
      };
      const { person, made } = await updateUser(ports, call, params.username, patch);
      return { ...presentPerson(person), ...presentMade(made) };
    },
  }),
  route({
    ...shared,
    method: 'post',
    path: '/api/users/{username}/reset-password',
    id: 'resetPassword',
    summary: 'Create a new one-time password',
    errors: ['reason_required'],
    answersSecret: true,
    params: userParams,
    headers: { breakGlassReason },
    answer: answers.oneTimePassword,
    handle: async ({ ports, call, params }) => ({
      one_time_password: presentSecretOnce(await resetPassword(ports, call, params.username)),
    }),
  }),
  route({
    ...shared,
    method: 'get',
    path: '/api/service-accounts',
    id: 'listServiceAccounts',
    summary: 'List service accounts',
    answer: answers.serviceAccountList,
    handle: async ({ ports, call }) => ({
      items: (await listServiceAccounts(ports, call)).map(presentServiceAccount),
    }),
  }),
  route({
    ...shared,
    method: 'post',
    path: '/api/service-accounts',
    id: 'createServiceAccount',
    summary: 'Create a service account; its secret is shown once',
    status: 201,
    errors: ['name_taken'],
    answersSecret: true,
    body: bodies.createServiceAccountBody,
    answer: answers.newServiceAccount,
    handle: async ({ ports, call, body: { expires_at, ...body } }) => {
      const expiresAt = expires_at ? new Date(expires_at) : null;
      const { account, secret } = await createServiceAccount(ports, call, { ...body, expiresAt });
      return presentNewSecret(account, secret);
    },
  }),
  route({
    ...shared,
    method: 'post',
    path: '/api/service-accounts/{id}/reset-secret',
    id: 'resetServiceAccountSecret',
    summary: 'Create a new secret, shown once; the old one ends',
    errors: ['reason_required'],
    answersSecret: true,
    params: serviceAccountParams,
    headers: { breakGlassReason },
    answer: answers.newServiceAccount,
    handle: async ({ ports, call, params }) => {
      const { account, secret } = await resetServiceAccountSecret(ports, call, params.id);
      return presentNewSecret(account, secret);
    },
  }),
  route({
    ...shared,
    method: 'delete',
    path: '/api/service-accounts/{id}',
    id: 'revokeServiceAccount',
    summary: 'Revoke a service account at once',
    params: serviceAccountParams,
    handle: ({ ports, call, params }) => revokeServiceAccount(ports, call, params.id),
  }),
];

function presentNewSecret(
  account: ServiceAccount,
  secret: Secret,
): z.output<typeof answers.newServiceAccount> {
  const opened = { client_id: account.id, client_secret: presentSecretOnce(secret) };
  return { ...presentServiceAccount(account), ...opened };
}
