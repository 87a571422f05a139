import { Secret } from '../domain/secret.js';
import { type Answer, BrokerApi, type Request } from './api.js';
import { ApiError } from './apiError.js';
import { CliError, EXIT } from './exitCodes.js';
import { loadSession, type Session, saveSession } from './session.js';
import { readSettings, type Settings, serverOf } from './settings.js';

/** Options that every command knows. */
export interface GlobalOptions {
  json?: boolean;
  server?: string;
}

interface Token {
  access_token: string;
  expires_in: number;
}

const REFRESH_EARLY_MS = 30_000;

/** What a command works with: the broker, and who we are there. */
export class Cli {
  readonly settings: Settings;
  readonly api: BrokerApi;
  #bearer: string | undefined;

  /** @param answerMs how long one answer may take. */
  constructor(options: GlobalOptions, answerMs?: number) {
    this.settings = readSettings();
    const session = loadSession(this.settings.sessionFile);
    const server = serverOf([options.server, this.settings.server, session?.server], this.settings);
    this.api = new BrokerApi(server, this.settings.caFile, answerMs);
  }

  /** A call as the caller who is logged in. */
  async call<Body>(path: string, request: Request = {}): Promise<Answer<Body>> {
    try {
      this.#bearer ??= await this.#token();
      return await this.api.call<Body>(path, { ...request, bearer: this.#bearer });
    } catch (error) {
      throw error instanceof ApiError && error.problem.status === 401 ? this.#refused(error) : error;
    }
  }

  /** A login of the environment is not mended by `glassdome login`. */
  #refused(error: ApiError): CliError {
    const { token, client } = this.settings;
    if (token === undefined && client === undefined) return error;
    const name = token === undefined ? 'GLASSDOME_BROKER_CLIENT_ID and its secret' : 'GLASSDOME_BROKER_TOKEN';
    return new CliError(
      `The login of the environment (${name}) was refused: ${error.message}`,
      EXIT.login,
      'Set one that is valid, or unset it to use the login that glassdome login keeps.',
    );
  }

  /** The kept login of this very broker. */
  session(): Session | undefined {
    const session = loadSession(this.settings.sessionFile);
    return session?.server === this.api.server.origin ? session : undefined;
  }

  async #token(): Promise<string> {
    const { token, client } = this.settings;
    if (token !== undefined) return token.reveal();
    if (client !== undefined) return this.#exchange(client.id, client.secret);
    const session = this.session();
    if (session === undefined) {
      throw new CliError(
        `Nobody is logged in at ${this.api.server.origin}.`,
        EXIT.login,
        'Log in: glassdome login',
      );
    }
    if (session.accessTokenEnds - REFRESH_EARLY_MS > Date.now()) return session.accessToken.reveal();
    return this.#refresh(session);
  }

  async #exchange(id: string, secret: Secret): Promise<string> {
    const body = { grant_type: 'client_credentials', client_id: id, client_secret: secret.reveal() };
    return (await this.api.call<Token>('/api/auth/token', { method: 'POST', body })).body.access_token;
  }

  async #refresh(session: Session): Promise<string> {
    const body = { grant_type: 'refresh_token', refresh_token: session.refreshToken.reveal() };
    const { body: token } = await this.api.call<Token>('/api/auth/token', { method: 'POST', body });
    saveSession(this.settings.sessionFile, {
      ...session,
      accessToken: new Secret(token.access_token),
      accessTokenEnds: Date.now() + token.expires_in * 1000,
    });
    return token.access_token;
  }
}
