import type { Session } from './contract.js';
import { request } from './request.js';

export const getSession = () => request<Session>('GET', '/api/auth/session');

export const beginSession = (username: string, password: string) =>
  request<Session>('POST', '/api/auth/session', { body: { username, password } });

export const endSession = () => request<void>('DELETE', '/api/auth/session');

export const changePassword = (currentPassword: string, newPassword: string) =>
  request<void>('POST', '/api/auth/password', {
    body: { current_password: currentPassword, new_password: newPassword },
  });
