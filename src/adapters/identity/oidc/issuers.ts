import { createHash } from 'node:crypto';
import { notFound } from '../../../domain/errors.js';
import { isMailAddress } from '../../../domain/notices/mailAddress.js';
import { hasClaim, LoginFailure, type OidcIssuer, roleOfClaims } from '../../../domain/people/issuer.js';
import type { IssuedIdentity, IssuerReply, Issuers, LoginProofs } from '../../../ports/people.js';
import type { Clock } from '../../../ports/runtime.js';
import { Discovery, type Endpoints } from './discovery.js';
import { verifiedIdToken } from './idToken.js';
import { IssuerHttp } from './issuerHttp.js';
import { IssuerKeys } from './issuerKeys.js';

/** Printable ASCII, as OpenID Connect has it; it becomes a part of the principal. */
const SUBJECT = /^[\x21-\x7e]{1,200}$/;
const LONGEST_NAME = 100;

type Claims = Record<string, unknown>;

/** The issuers of the configuration: code flow with PKCE. Nothing is asked before the first login. */
export function createIssuers(configured: readonly OidcIssuer[], clock: Pick<Clock, 'now'>): Issuers {
  const byAlias = new Map(configured.map((rules) => [rules.alias, new Issuer(rules, clock)]));
  const known = (alias: string): Issuer => {
    const issuer = byAlias.get(alias);
    if (issuer === undefined) throw notFound('issuer');
    return issuer;
  };
  return {
    all: configured.map(({ alias, name }) => ({ alias, name })),
    loginAddress: async (alias, redirectUri, proofs) => known(alias).loginAddress(redirectUri, proofs),
    identify: async (alias, redirectUri, proofs, reply) => known(alias).identify(redirectUri, proofs, reply),
  };
}

class Issuer {
  readonly #http: IssuerHttp;
  readonly #discovery: Discovery;
  readonly #keys: IssuerKeys;

  constructor(
    private readonly rules: OidcIssuer,
    private readonly clock: Pick<Clock, 'now'>,
  ) {
    this.#http = new IssuerHttp(rules.caPem);
    this.#discovery = new Discovery(rules.issuer, this.#http, clock);
    this.#keys = new IssuerKeys(this.#http, clock);
  }

  async loginAddress(redirectUri: string, { state, nonce, verifier }: LoginProofs): Promise<string> {
    const url = new URL((await this.#discovery.endpoints()).authorization);
    const asked = {
      response_type: 'code',
      client_id: this.rules.clientId,
      redirect_uri: redirectUri,
      scope: this.rules.scopes.join(' '),
      state,
      nonce,
      code_challenge: createHash('sha256').update(verifier).digest('base64url'),
      code_challenge_method: 'S256',
    };
    for (const [name, value] of Object.entries(asked)) url.searchParams.set(name, value);
    return url.href;
  }

  async identify(
    redirectUri: string,
    { nonce, verifier }: Omit<LoginProofs, 'state'>,
    { code, iss }: IssuerReply,
  ): Promise<IssuedIdentity> {
    const endpoints = await this.#discovery.endpoints();
    // RFC 9207: the code of one issuer must not reach the token endpoint of another.
    if (iss === undefined ? endpoints.namesItself : iss !== this.rules.issuer)
      throw new LoginFailure('rejected', 'the answer is of another issuer');
    const form = {
      grant_type: 'authorization_code',
      code,
      redirect_uri: redirectUri,
      code_verifier: verifier,
    };
    const tokens = await this.#trade(endpoints, form);
    const { issuer, clientId, algorithms } = this.rules;
    const claims = await verifiedIdToken(tokens['id_token'], {
      issuer,
      clientId,
      algorithms,
      nonce,
      now: this.clock.now().getTime() / 1000,
      keyFor: (kid, alg) => this.#keys.find(endpoints.keys, kid, alg),
    });
    return this.#identityOf(await this.#completed(claims, tokens['access_token'], endpoints.userInfo));
  }

  /** The tokens that the code is worth. */
  async #trade(
    { token: address, clientAuth }: Endpoints,
    form: Record<string, string>,
  ): Promise<Record<string, unknown>> {
    const { clientId, clientSecret } = this.rules;
    const secret = clientSecret?.reveal();
    const basic = secret !== undefined && clientAuth === 'basic';
    const body = new URLSearchParams(form);
    if (!basic) body.set('client_id', clientId);
    if (secret !== undefined && !basic) body.set('client_secret', secret);
    const headers = basic ? { authorization: basicOf(clientId, secret) } : {};
    const answer = await this.#http.post(address, body, headers);
    if (answer.status >= 500)
      throw new LoginFailure('issuer_unavailable', `token endpoint: ${answer.status}`);
    if (answer.status !== 200)
      throw new LoginFailure('rejected', `token endpoint: ${answer.status} ${wordOf(answer.body['error'])}`);
    return answer.body;
  }

  /**
   * Many issuers give names and roles by the UserInfo endpoint only (OpenID Connect Core 1.0, 5.4). What the signed ID token
   * says is not replaced.
   */
  async #completed(claims: Claims, token: unknown, address: string | undefined): Promise<Claims> {
    const isComplete = hasClaim(claims, this.rules.roleClaim) && namesOf(claims).length > 0;
    if (isComplete || address === undefined || typeof token !== 'string') return claims;
    if (!/^[\x21-\x7e]{1,8192}$/.test(token)) throw new LoginFailure('rejected', 'access token');
    const { status, body } = await this.#http.get(address, { authorization: `Bearer ${token}` });
    if (status !== 200) throw new LoginFailure('issuer_unavailable', `user info: ${status}`);
    if (body['sub'] !== claims['sub']) throw new LoginFailure('rejected', 'user info: subject');
    return { ...body, ...claims };
  }

  #identityOf(claims: Claims): IssuedIdentity {
    const { sub, email } = claims;
    if (typeof sub !== 'string' || !SUBJECT.test(sub))
      throw new LoginFailure('rejected', 'ID token: subject');
    const verified = typeof email === 'string' && claims['email_verified'] === true && isMailAddress(email);
    return {
      principal: `${this.rules.alias}:${sub}`,
      name: namesOf(claims)[0] ?? sub,
      role: roleOfClaims(this.rules, claims),
      email: verified ? email.toLowerCase() : null,
    };
  }
}

/** RFC 6749, 2.3.1: each part is encoded like a value of a form. */
function basicOf(id: string, secret: string): string {
  const coded = (text: string) => new URLSearchParams({ '': text }).toString().slice(1);
  return `Basic ${Buffer.from(`${coded(id)}:${coded(secret)}`).toString('base64')}`;
}

/** An error code of RFC 6749, and nothing else that a stranger may write. */
const wordOf = (error: unknown) => (/^[a-z_]{1,40}$/.test(String(error)) ? String(error) : '');

const namesOf = (claims: Claims): string[] =>
  [claims['preferred_username'], claims['name'], claims['email']]
    .flatMap((one) => (typeof one === 'string' ? [plain(one)] : []))
    .filter((one) => one !== '');

/** One line that shows what it is. */
const plain = (text: string) =>
  text
    .replace(/[\p{C}\p{Zl}\p{Zp}]/gu, '')
    .slice(0, LONGEST_NAME)
    .trim();
