import { randomUUID } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { Secret } from '../../domain/secret.js';
import { CliError, EXIT, systemReason } from '../exitCodes.js';

/** A login that is kept between commands, in a file that only its owner can read. */
export interface Session {
  /** Origin of the broker that gave it; it is sent to no other. */
  server: string;
  username: string;
  refreshToken: Secret;
  accessToken: Secret;
  /** Milliseconds since 1970. */
  accessTokenEnds: number;
}

/** The kept login, or undefined when there is none or the file is not one of ours. */
export function loadSession(file: string): Session | undefined {
  const {
    server,
    username,
    refresh_token: refresh,
    access_token: access,
    access_token_ends: ends,
  } = read(file);
  const texts = [server, username, refresh, access];
  if (!texts.every((text) => typeof text === 'string') || typeof ends !== 'number') return undefined;
  return {
    server: String(server),
    username: String(username),
    refreshToken: new Secret(String(refresh)),
    accessToken: new Secret(String(access)),
    accessTokenEnds: ends,
  };
}

/** Throws `CliError` where nothing can be written. */
export function saveSession(file: string, session: Session): void {
  write(file, {
    server: session.server,
    username: session.username,
    refresh_token: session.refreshToken.reveal(),
    access_token: session.accessToken.reveal(),
    access_token_ends: session.accessTokenEnds,
  });
}

/** Forgets the login, but not where it was: the next one asks the same broker. */
export function endSession(file: string, server: string): void {
  write(file, { server });
}

/** The broker of the login that is, or was, kept there. */
export function lastServer(file: string): string | undefined {
  const { server } = read(file);
  return typeof server === 'string' && server !== '' ? server : undefined;
}

function read(file: string): Record<string, unknown> {
  try {
    return Object(JSON.parse(readFileSync(file, 'utf8')));
  } catch {
    return {};
  }
}

/** Written next to it and renamed, so that a crash or another command at the same time leaves one whole file. */
function write(file: string, content: object): void {
  const next = `${file}.${randomUUID()}`;
  try {
    mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
    writeFileSync(next, `${JSON.stringify(content)}\n`, { mode: 0o600, flag: 'wx' });
    renameSync(next, file);
  } catch (error) {
    if (existsSync(next)) rmSync(next);
    throw new CliError(
      `The login can't be stored in ${file}: ${systemReason(error)}.`,
      EXIT.failed,
      'Set another file: GLASSDOME_BROKER_SESSION_FILE',
    );
  }
}
