import { BAD_TOKEN, type Caller } from '../../domain/access/caller.js';
import { BrokerError } from '../../domain/errors.js';
import { Secret } from '../../domain/secret.js';
import type { Ports } from '../../ports/ports.js';
import { exchangeRefreshToken, sessionIdOf } from '../../usecases/people/exchangeToken.js';
import type { From } from '../../usecases/people/issueToken.js';
import { CookieTokens } from './cookieTokens.js';
import type { Site } from './site.js';

/** Who calls with a session cookie; undefined where none counts. */
export type CookieCallers = (site: Site, from: From) => Promise<Caller | undefined>;

const SHAPE = /^gdr_[0-9a-f-]{36}_[A-Za-z0-9_-]{20,100}$/;

/**
 * Exchanges the cookie as a command line would its refresh token, and verifies the access token as any other: both ways in
 * follow one set of rules. Rejects with `unauthenticated`, counted or audited, for a login that is over.
 */
export function cookieCallers(ports: Ports, verifyToken: (token: string) => Promise<Caller>): CookieCallers {
  const tokens = new CookieTokens(ports.clock);
  return async (site, from) => {
    const cookie = site.sessionCookie;
    if (cookie === undefined || !site.isOwnPage) return undefined;
    const exchange = async () => {
      const issued = await exchangeRefreshToken(ports, sessionIdOf(cookie) ?? '', new Secret(cookie), from);
      const { accessToken: token, expiresIn, caller } = issued;
      return { token, expiresIn, keep: !caller.mustChangePassword };
    };
    const callerNow = async (refused?: string) => {
      const token = SHAPE.test(cookie) ? await tokens.of(cookie, exchange, refused) : undefined;
      if (token !== undefined) return { token, caller: await verifyToken(token) };
      ports.auditLog.countRefusal(from.ip, 'unauthenticated');
      throw new BrokerError('unauthenticated', { detail: BAD_TOKEN });
    };
    const { token, caller } = await callerNow();
    if (await ports.records.callerActive(caller)) return caller;
    // The login ended, which the exchange says, or the role is another one since.
    return (await callerNow(token)).caller;
  };
}
