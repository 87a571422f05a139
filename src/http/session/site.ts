import type { Request } from 'express';
import { hostOf, LOOPBACK } from '../../config/lists.js';
import { BrokerError } from '../../domain/errors.js';
import { clearCookie, cookieIn, setCookie } from './cookies.js';

/** The cookie of a login; the value is its refresh token. */
const SESSION_COOKIE = 'glassdome_session';
const SAFE_METHODS = new Set(['GET', 'HEAD', 'OPTIONS']);

/** Where a request arrived, as far as it matters to browsers. */
export class Site {
  constructor(
    private readonly request: Request,
    /** The origin that people open the broker at (`PUBLIC_URL`). */
    private readonly publicOrigin: string | undefined,
  ) {}

  /** True on HTTPS: our own, that of a trusted proxy, or at the public address. */
  get secure(): boolean {
    const { publicOrigin, request } = this;
    if (request.secure || publicOrigin === undefined) return request.secure;
    const { protocol, host } = new URL(publicOrigin);
    return protocol === 'https:' && host === request.host;
  }

  /** The origin that the request was sent to; undefined without a host. */
  get origin(): string | undefined {
    const address = `${this.request.protocol}://${this.request.host ?? ''}`;
    return URL.canParse(address) ? new URL(address).origin : undefined;
  }

  cookie(name: string): string | undefined {
    return cookieIn(this.request.get('cookie'), name, this.secure);
  }

  get sessionCookie(): string | undefined {
    return this.cookie(SESSION_COOKIE);
  }

  /** A `Set-Cookie` that keeps a login in the browser until it ends. */
  keepSession(refreshToken: string, seconds: number): string {
    const rules = { secure: this.secure, sameSite: 'Strict', maxAgeSeconds: seconds } as const;
    return setCookie(SESSION_COOKIE, refreshToken, rules);
  }

  endSession(): string {
    return this.forget(SESSION_COOKIE);
  }

  /** One that also comes along when another site sends the browser here. */
  keep(name: string, value: string, seconds: number): string {
    return setCookie(name, value, { secure: this.secure, sameSite: 'Lax', maxAgeSeconds: seconds });
  }

  forget(name: string): string {
    return clearCookie(name, this.secure);
  }

  /** The origin for addresses that others send browsers to. Of a request only on this machine: elsewhere it may be forged. */
  get ownAddress(): string {
    const own = this.publicOrigin ?? this.origin ?? '';
    if (this.publicOrigin !== undefined || LOOPBACK.has(hostOf(own))) return own;
    const detail = 'The broker does not know its own address. An administrator must set PUBLIC_URL.';
    throw new BrokerError('invalid_request', { detail });
  }

  /**
   * True for a request of our own page. `X-Client` can't be set by a page of another origin without being asked for first,
   * and that is refused (`cors.ts`); what browsers say of a request's origin must agree.
   */
  get isOwnPage(): boolean {
    const { request } = this;
    if (request.get('x-client') !== 'web') return false;
    const fetchSite = request.get('sec-fetch-site');
    if (fetchSite !== undefined && fetchSite !== 'same-origin') return false;
    const origin = request.get('origin');
    if (origin === undefined || SAFE_METHODS.has(request.method)) return true;
    return origin === this.origin || origin === this.publicOrigin;
  }

  /** True where a caller can only be known by the cookie of our own page. */
  get isByCookie(): boolean {
    return this.isOwnPage && this.request.get('authorization') === undefined;
  }

  /** Throws `forbidden` for a request that another site could have had a browser send. */
  requireOwnPage(): void {
    if (this.isOwnPage) return;
    const detail =
      'This call is for the pages of this broker: send it from there, with X-Client: web. Programs use POST /api/auth/login.';
    throw new BrokerError('forbidden', { detail });
  }
}
