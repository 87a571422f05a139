import { Secret } from '../../domain/secret.js';
import { CliError, EXIT } from '../exitCodes.js';
import { note } from '../terminal/terminal.js';
import { type Answer, BrokerApi, type Request } from './api.js';
import { ApiError } from './apiError.js';
import { lastServer, loadSession, type Session, saveSession } from './session.js';
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
  #renewed = false;

  /** @param answerMs how long one answer may take. */
  constructor(options: GlobalOptions, answerMs?: number) {
    this.settings = readSettings();
    const last = lastServer(this.settings.sessionFile);
    const server = serverOf([options.server, this.settings.server, last], this.settings);
    this.api = new BrokerApi(server, this.settings.caFile, answerMs);
  }

  /** A call as the caller who is logged in. A token that the broker no longer takes is renewed once. */
  async call<Body>(path: string, request: Request = {}): Promise<Answer<Body>> {
    this.#bearer ??= await this.#token();
    try {
      return await this.api.call<Body>(path, { ...request, bearer: this.#bearer });
    } catch (error) {
      if (!isRefused(error)) throw error;
      const { token, client } = this.settings;
      if (token !== undefined) throw environmentRefused(error, 'GLASSDOME_BROKER_TOKEN');
      const session = client === undefined ? this.session() : undefined;
      if (session === undefined || this.#renewed) throw error;
      this.#bearer = await this.#refresh(session);
      return this.call(path, request);
    }
  }

  /** As `call`, for an answer that is no JSON. */
  async text(path: string): Promise<string> {
    this.#bearer = await this.#token();
    return this.api.text(path, { bearer: this.#bearer });
  }

  /** As `call`, for an answer that goes on; each time with a token that is good for a while. */
  async *stream(path: string): AsyncGenerator<string> {
    this.#bearer = await this.#token();
    yield* this.api.stream(path, { bearer: this.#bearer });
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
        `You are not logged in to ${this.api.server.origin}.`,
        EXIT.login,
        `Log in: glassdome login --server ${this.api.server.origin}`,
      );
    }
    if (session.accessTokenEnds - REFRESH_EARLY_MS > Date.now()) return session.accessToken.reveal();
    return this.#refresh(session);
  }

  async #exchange(id: string, secret: Secret): Promise<string> {
    const body = { grant_type: 'client_credentials', client_id: id, client_secret: secret.reveal() };
    const token = await this.#ask(body, (error) =>
      environmentRefused(error, 'GLASSDOME_BROKER_CLIENT_ID and its secret'),
    );
    return token.access_token;
  }

  async #refresh(session: Session): Promise<string> {
    this.#renewed = true;
    const body = { grant_type: 'refresh_token', refresh_token: session.refreshToken.reveal() };
    const detail = `The login at ${session.server} has ended.`;
    const token = await this.#ask(body, (error) => new ApiError({ ...error.problem, detail }));
    this.#keep(session, token);
    return token.access_token;
  }

  async #ask(body: unknown, refused: (error: ApiError) => ApiError): Promise<Token> {
    try {
      return (await this.api.call<Token>('/api/auth/token', { method: 'POST', body })).body;
    } catch (error) {
      throw isRefused(error) ? refused(error) : error;
    }
  }

  /** Another command may have logged in or out meanwhile; what it left stays. */
  #keep(session: Session, token: Token): void {
    if (this.session()?.refreshToken.reveal() !== session.refreshToken.reveal()) return;
    try {
      saveSession(this.settings.sessionFile, {
        ...session,
        accessToken: new Secret(token.access_token),
        accessTokenEnds: Date.now() + token.expires_in * 1000,
      });
    } catch (error) {
      // The token is good for this command; only the next one has to ask again.
      if (!(error instanceof CliError)) throw error;
      note(`warning: ${error.message}`);
    }
  }
}

const isRefused = (error: unknown): error is ApiError =>
  error instanceof ApiError && error.problem.status === 401;

/** `glassdome login` does not fix a login from the environment. */
function environmentRefused({ problem }: ApiError, name: string): ApiError {
  const detail = `The login of the environment (${name}) was refused: ${problem.detail}`;
  return new ApiError(
    { ...problem, detail },
    'Set a valid one, or unset it to use the login that glassdome login stored.',
  );
}
