import type { z } from 'zod';
import * as bodies from '../../api/people.js';
import * as answers from '../../api/peopleAnswers.js';
import type { CallContext } from '../../domain/access/caller.js';
import { Secret } from '../../domain/secret.js';
import type { Ports } from '../../ports/ports.js';
import { requireActiveCaller } from '../../usecases/gate/authorize.js';
import type { LoggedIn } from '../../usecases/people/beginSession.js';
import { codeIdOf, exchangeCliCode } from '../../usecases/people/cliCodes.js';
import {
  exchangeClientSecret,
  exchangeRefreshToken,
  sessionIdOf,
} from '../../usecases/people/exchangeToken.js';
import type { From } from '../../usecases/people/issueToken.js';
import { changePassword, login, logout } from '../../usecases/people/login.js';
import { client } from '../headers.js';
import { presentSecretOnce } from '../present/presentSecretOnce.js';
import { type Route, route } from '../route.js';
import { asInvalidGrant, tokenRequest } from '../tokenRequest.js';

const from = ({ ip, requestId }: CallContext) => ({ ip, requestId });

function traded(
  ports: Ports,
  { code = '', code_verifier: verifier = '' }: z.output<typeof bodies.tokenBody>,
  by: From,
): Promise<LoggedIn> {
  const shown = { id: codeIdOf(code) ?? '', code: new Secret(code), verifier };
  return exchangeCliCode(ports, shown, by).catch(asInvalidGrant);
}

const tokensOf = ({ accessToken, expiresIn, refreshToken }: LoggedIn) => ({
  access_token: accessToken,
  token_type: 'Bearer' as const,
  expires_in: expiresIn,
  refresh_token: presentSecretOnce(refreshToken),
});

/** Logging in, tokens, passwords. */
export const authRoutes: readonly Route[] = [
  route({
    method: 'post',
    path: '/api/auth/login',
    id: 'login',
    tag: 'Login',
    summary: 'Log in with name and password',
    description: 'Too many wrong passwords lock the name for some minutes.',
    auth: 'none',
    errors: ['unauthenticated'],
    answersSecret: true,
    body: bodies.loginBody,
    answer: answers.loginAnswer,
    headers: { client },
    handle: async ({ ports, call, body, headers }) => {
      const secret = new Secret(body.password);
      const done = await login(ports, { ...body, password: secret }, from(call), headers.client);
      return {
        ...tokensOf(done),
        must_change_password: done.mustChangePassword,
      };
    },
  }),
  route({
    method: 'post',
    path: '/api/auth/token',
    id: 'getToken',
    tag: 'Login',
    summary: 'Get a token for a service account, or renew a login (RFC 6749)',
    description:
      'Send a form as RFC 6749 describes it, or JSON. The client ID and secret may be in the body or in a header of HTTP Basic. ' +
      'Errors have `error` and `error_description` of RFC 6749 in addition.',
    auth: 'none',
    errors: ['unauthenticated'],
    answersSecret: true,
    form: tokenRequest,
    body: bodies.tokenBody,
    answer: answers.tokenAnswer,
    handle: async ({ ports, call, body }) => {
      const { client_id = '', client_secret = '', refresh_token = '' } = body;
      if (body.grant_type === 'authorization_code') return tokensOf(await traded(ports, body, from(call)));
      const token =
        body.grant_type === 'client_credentials'
          ? await exchangeClientSecret(ports, client_id, new Secret(client_secret), from(call))
          : await exchangeRefreshToken(
              ports,
              sessionIdOf(refresh_token) ?? '',
              new Secret(refresh_token),
              from(call),
            ).catch(asInvalidGrant);
      return { access_token: token.accessToken, token_type: 'Bearer' as const, expires_in: token.expiresIn };
    },
  }),
  route({
    method: 'post',
    path: '/api/auth/logout',
    id: 'logout',
    tag: 'Login',
    summary: 'End this login',
    auth: 'password',
    body: bodies.logoutBody,
    handle: ({ ports, call, body }) => logout(ports, call, sessionIdOf(body.refresh_token ?? '')),
  }),
  route({
    method: 'get',
    path: '/api/auth/me',
    id: 'getMe',
    tag: 'Login',
    summary: 'Show the caller of this token',
    auth: 'password',
    answer: answers.meAnswer,
    handle: async ({ ports, call }) => {
      await requireActiveCaller(ports, call);
      const { principal, name, kind, role, mustChangePassword } = call.caller;
      return { principal, name, kind, role, must_change_password: mustChangePassword };
    },
  }),
  route({
    method: 'post',
    path: '/api/auth/password',
    id: 'changePassword',
    tag: 'Login',
    summary: 'Change your password',
    auth: 'password',
    body: bodies.passwordBody,
    handle: ({ ports, call, body }) =>
      changePassword(ports, call, {
        currentPassword: new Secret(body.current_password),
        newPassword: new Secret(body.new_password),
      }),
  }),
];
