import type { CliCode, IssuerList, OpenSessions, Session } from './contract.js';
import { request } from './request.js';

export const getSession = () => request<Session>('GET', '/api/auth/session');

export const beginSession = (username: string, password: string) =>
  request<Session>('POST', '/api/auth/session', { body: { username, password } });

export const endSession = () => request<void>('DELETE', '/api/auth/session');

export const changePassword = (currentPassword: string, newPassword: string) =>
  request<void>('POST', '/api/auth/password', {
    body: { current_password: currentPassword, new_password: newPassword },
  });

/** The issuers that people can sign in with, besides name and password. */
export const listIssuers = () => request<IssuerList>('GET', '/api/auth/oidc');

/** Where the browser goes to sign in with an issuer; it comes back to `returnTo`, or to `/login?error=…`. */
export const issuerAddress = (alias: string, returnTo: string): string =>
  `/api/auth/oidc/${encodeURIComponent(alias)}/start?${new URLSearchParams({ return_to: returnTo })}`;

/** A code with which the command line that waits at `port` signs in as the user of this page. */
export const createCliCode = (challenge: string, port: number) =>
  request<CliCode>('POST', '/api/auth/cli-codes', {
    body: { code_challenge: challenge, redirect_port: port },
  });

/** One's own logins that have not ended. */
export const listSessions = () => request<OpenSessions>('GET', '/api/auth/sessions');

export const endOneSession = (id: string) => request<void>('DELETE', `/api/auth/sessions/${id}`);
