import { randomBytes, randomUUID } from 'node:crypto';
import { BROKER_ISSUER, type Caller, TOKEN_SECONDS } from '../../domain/access/caller.js';
import { Secret } from '../../domain/secret.js';
import type { Ports } from '../../ports/ports.js';

/** Where a call without a caller comes from. */
export interface From {
  ip: string;
  requestId: string;
}

export interface IssuedToken {
  accessToken: string;
  /** Seconds. */
  expiresIn: number;
}

/** A signed access token (ES256) that says who the caller is. It ends with the login it belongs to, if that is sooner. */
export async function issueToken(
  ports: Pick<Ports, 'clock' | 'tokenSigner'>,
  caller: Caller,
  loginEnds?: Date,
): Promise<IssuedToken> {
  const iat = Math.floor(ports.clock.now().getTime() / 1000);
  const left = loginEnds === undefined ? TOKEN_SECONDS : Math.floor(loginEnds.getTime() / 1000) - iat;
  const expiresIn = Math.min(TOKEN_SECONDS, Math.max(0, left));
  const accessToken = await ports.tokenSigner.sign({
    iss: BROKER_ISSUER,
    aud: BROKER_ISSUER,
    sub: caller.principal,
    name: caller.name,
    kind: caller.kind,
    role: caller.role,
    ...(caller.session === undefined ? {} : { sid: caller.session }),
    ...(caller.mustChangePassword ? { pwd_change: true } : {}),
    iat,
    exp: iat + expiresIn,
    jti: randomUUID(),
  });
  return { accessToken, expiresIn };
}

/** 256 bits behind a prefix that secret scanners can match. */
export function newSecret(prefix: string): Secret {
  return new Secret(`${prefix}_${randomBytes(32).toString('base64url')}`);
}

/** A call of nobody yet: what logins and token requests are audited as. */
export function anonymousCall(
  from: From,
  principal: string,
): { caller: Caller; requestId: string; ip: string } {
  return {
    caller: { kind: 'user', principal, name: principal, role: 'observer', mustChangePassword: false },
    requestId: from.requestId,
    ip: from.ip,
  };
}
