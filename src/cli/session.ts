import { randomUUID } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { Secret } from '../domain/secret.js';
import { CliError, EXIT, systemReason } from './exitCodes.js';

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
  let stored: Record<string, unknown>;
  try {
    stored = Object(JSON.parse(readFileSync(file, 'utf8')));
  } catch {
    return undefined;
  }
  const { server, username, refresh_token: refresh, access_token: access, access_token_ends: ends } = stored;
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

/**
 * Written beside and renamed, so that a crash or another command at the same time leaves one whole login.
 * Throws `CliError` where nothing can be written.
 */
export function saveSession(file: string, session: Session): void {
  const next = `${file}.${randomUUID()}`;
  const stored = {
    server: session.server,
    username: session.username,
    refresh_token: session.refreshToken.reveal(),
    access_token: session.accessToken.reveal(),
    access_token_ends: session.accessTokenEnds,
  };
  try {
    mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
    writeFileSync(next, `${JSON.stringify(stored)}\n`, { mode: 0o600, flag: 'wx' });
    renameSync(next, file);
  } catch (error) {
    if (existsSync(next)) rmSync(next);
    throw new CliError(
      `The login can't be kept in ${file}: ${systemReason(error)}.`,
      EXIT.failed,
      'Name another file: GLASSDOME_BROKER_SESSION_FILE',
    );
  }
}

export function dropSession(file: string): void {
  rmSync(file, { force: true });
}
