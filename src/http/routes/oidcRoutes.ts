import { issuerParams } from '../../api/paths.js';
import { callbackQuery, startQuery } from '../../api/people.js';
import { issuerList } from '../../api/peopleAnswers.js';
import type { CallContext } from '../../domain/access/caller.js';
import { BrokerError } from '../../domain/errors.js';
import { LoginFailure, type LoginFailureCode } from '../../domain/people/issuer.js';
import type { Ports } from '../../ports/ports.js';
import { beginIssuerLogin, endIssuerLogin, FLOW_MINUTES } from '../../usecases/people/issuerLogin.js';
import type { AnswerHeader } from '../headers.js';
import { presentSecretOnce } from '../present/presentSecretOnce.js';
import { STATUS } from '../problem.js';
import { Redirect } from '../reply.js';
import { type Route, route } from '../route.js';
import type { Site } from '../session/site.js';

const shared = { tag: 'Login', auth: 'none', method: 'get' } as const;
const FLOW_COOKIE = 'glassdome_oidc';

const goesTo: AnswerHeader = {
  name: 'Location',
  description: 'Where the browser goes on.',
  example: '/login?error=login_expired&request_id=5f0c1a9e',
};

const from = ({ ip, requestId }: CallContext) => ({ ip, requestId });

/** Each issuer has its own address to come back to, so that an answer of one is never taken for that of another. */
const redirectUri = (site: Site, alias: string) =>
  `${site.ownAddress}/api/auth/oidc/${encodeURIComponent(alias)}/callback`;

/** Logging in with an OpenID Connect issuer: code flow with PKCE. */
export const oidcRoutes: readonly Route[] = [
  route({
    ...shared,
    path: '/api/auth/oidc',
    id: 'listIssuers',
    summary: 'List the issuers that people can log in with',
    answer: issuerList,
    handle: async ({ ports }) => ({ items: ports.issuers.all.map(({ alias, name }) => ({ alias, name })) }),
  }),
  route({
    ...shared,
    path: '/api/auth/oidc/{alias}/start',
    id: 'startIssuerLogin',
    summary: 'Go to an issuer to log in',
    description: 'For browsers: open it, do not fetch it.',
    status: 302,
    answerHeaders: [goesTo],
    params: issuerParams,
    query: startQuery,
    handle: ({ ports, call, params, query, site }) =>
      orBack(ports, call, site(), async () => {
        const here = site();
        const begin = {
          alias: params.alias,
          returnTo: query.return_to,
          redirectUri: redirectUri(here, params.alias),
        };
        const { address, kept } = await beginIssuerLogin(ports, begin, from(call));
        return new Redirect(address, [here.keep(FLOW_COOKIE, kept, FLOW_MINUTES * 60)]);
      }),
  }),
  route({
    ...shared,
    path: '/api/auth/oidc/{alias}/callback',
    id: 'endIssuerLogin',
    summary: 'Come back from an issuer; sets the session cookie',
    description:
      'Issuers send browsers here. Goes on to the page, or to `/login?error=<code>&request_id=<ID>`.',
    status: 303,
    answerHeaders: [goesTo],
    params: issuerParams,
    query: callbackQuery,
    handle: ({ ports, call, params, query, site }) =>
      orBack(ports, call, site(), async () => {
        const here = site();
        const { code, iss, error, state } = query;
        const end = {
          alias: params.alias,
          redirectUri: redirectUri(here, params.alias),
          kept: here.cookie(FLOW_COOKIE),
          state,
          reply: code === undefined ? { error: error ?? 'none' } : { code, iss },
        };
        const { done, returnTo } = await endIssuerLogin(ports, end, from(call));
        const { session, refreshToken } = done;
        const seconds = Math.floor((session.expiresAt.getTime() - session.createdAt.getTime()) / 1000);
        const cookie = here.keepSession(presentSecretOnce(refreshToken), seconds);
        return new Redirect(returnTo, [cookie, here.forget(FLOW_COOKIE)]);
      }),
  }),
];

/** A person is looking at it: what went wrong becomes a word for the page of the login. The flow is over either way. */
async function orBack(
  { log }: Pick<Ports, 'log'>,
  { requestId }: CallContext,
  site: Site,
  work: () => Promise<Redirect>,
): Promise<Redirect> {
  try {
    return await work();
  } catch (error) {
    const code = failureOf(error);
    if (code === undefined) throw error;
    // Requests that nobody has begun must not fill the log; our own stores are logged where they failed.
    if (error instanceof LoginFailure && code !== 'login_expired')
      log.warn('oidc_login_failed', { request_id: requestId, code, note: error.note });
    return new Redirect(`/login?${new URLSearchParams({ error: code, request_id: requestId })}`, [
      site.forget(FLOW_COOKIE),
    ]);
  }
}

function failureOf(error: unknown): LoginFailureCode | undefined {
  if (error instanceof LoginFailure) return error.code;
  if (!(error instanceof BrokerError)) return undefined;
  if (error.code === 'rate_limited') return 'rate_limited';
  return STATUS[error.code] >= 502 ? 'unavailable' : undefined;
}
