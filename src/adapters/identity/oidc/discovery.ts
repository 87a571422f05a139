import { LoginFailure } from '../../../domain/people/issuer.js';
import { HOUR_MS } from '../../../domain/time/units.js';
import type { Clock } from '../../../ports/runtime.js';
import { type IssuerHttp, isSafeAddress } from './issuerHttp.js';

/** What we use of an issuer's own description (OpenID Connect Discovery 1.0). */
export interface Endpoints {
  authorization: string;
  token: string;
  keys: string;
  /** Where claims are that the ID token lacks; undefined: nowhere. */
  userInfo: string | undefined;
  /** True where each answer names the issuer (RFC 9207). */
  namesItself: boolean;
  /** How a client with a secret proves itself; `basic` where nothing is said. */
  clientAuth: 'basic' | 'post';
}

/** The description of one issuer, read at the first login and again each hour. */
export class Discovery {
  #known: { endpoints: Endpoints; until: number } | undefined;
  #asking: Promise<Endpoints> | undefined;

  constructor(
    private readonly issuer: string,
    private readonly http: IssuerHttp,
    private readonly clock: Pick<Clock, 'now'>,
  ) {}

  /** Rejects with `issuer_unavailable`, also for a description of another issuer. */
  async endpoints(): Promise<Endpoints> {
    if (this.#known !== undefined && this.clock.now().getTime() < this.#known.until)
      return this.#known.endpoints;
    this.#asking ??= this.#ask().finally(() => {
      this.#asking = undefined;
    });
    return this.#asking;
  }

  async #ask(): Promise<Endpoints> {
    const { status, body } = await this.http.get(
      `${this.issuer.replace(/\/$/, '')}/.well-known/openid-configuration`,
    );
    if (status !== 200) throw wrong(`discovery was answered with ${status}`);
    // Else its keys could vouch for the people of another one.
    if (body['issuer'] !== this.issuer) throw wrong('discovery names another issuer');
    const methods = [body['token_endpoint_auth_methods_supported']].flat();
    const endpoints: Endpoints = {
      authorization: address(body, 'authorization_endpoint'),
      token: address(body, 'token_endpoint'),
      keys: address(body, 'jwks_uri'),
      userInfo: body['userinfo_endpoint'] === undefined ? undefined : address(body, 'userinfo_endpoint'),
      namesItself: body['authorization_response_iss_parameter_supported'] === true,
      clientAuth:
        methods.includes('client_secret_post') && !methods.includes('client_secret_basic') ? 'post' : 'basic',
    };
    this.#known = { endpoints, until: this.clock.now().getTime() + HOUR_MS };
    return endpoints;
  }
}

function address(body: Record<string, unknown>, name: string): string {
  const found = body[name];
  if (!isSafeAddress(found)) throw wrong(`discovery has no safe ${name}`);
  return found;
}

const wrong = (note: string) => new LoginFailure('issuer_unavailable', note);
