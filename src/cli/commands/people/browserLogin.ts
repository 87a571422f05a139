import { spawn } from 'node:child_process';
import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { z } from 'zod';
import type { meAnswer, tokenAnswer } from '../../../api/peopleAnswers.js';
import type { Cli } from '../../client/cli.js';
import { CliError, EXIT } from '../../exitCodes.js';
import { note } from '../../terminal/terminal.js';

const WAIT_MS = 5 * 60_000;

type Tokens = z.output<typeof tokenAnswer>;
type Given = Tokens & { refresh_token: string };

export interface BrowserLogin {
  given: Given;
  /** Who approved it in the browser. */
  name: string;
}

/**
 * Logs in with a browser on this machine (RFC 8252): it brings a code to a port of 127.0.0.1 that only this command waits
 * at, and only this command has the verifier that the code needs.
 */
export async function browserLogin(cli: Cli, { opens }: { opens: boolean }): Promise<BrowserLogin> {
  const state = randomBytes(32).toString('base64url');
  const verifier = randomBytes(32).toString('base64url');
  const challenge = createHash('sha256').update(verifier).digest('base64url');
  const server = createServer();
  try {
    const address = new URL('/cli-login', cli.api.server);
    const port = String(await portOf(server));
    for (const [name, value] of Object.entries({ port, state, challenge }))
      address.searchParams.set(name, value);
    note('Log in with your browser, on this machine:');
    note(`  ${address.href}`);
    if (opens) openBrowser(address.href);
    return await answered(server, state, (code) => trade(cli, code, verifier));
  } finally {
    server.close();
    server.closeAllConnections();
  }
}

async function portOf(server: Server): Promise<number> {
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, '127.0.0.1', resolve);
  });
  return (server.address() as AddressInfo).port;
}

/** Resolves once the browser came with a code that was worth a login. Whatever else comes to the port changes nothing. */
function answered(
  server: Server,
  state: string,
  work: (code: string) => Promise<BrowserLogin>,
): Promise<BrowserLogin> {
  return new Promise((resolve, reject) => {
    const late = new CliError(
      'Nobody logged in within five minutes.',
      EXIT.login,
      'Try again: glassdome login --web',
    );
    const timer = setTimeout(() => reject(late), WAIT_MS);
    const end = (settle: () => void): void => {
      clearTimeout(timer);
      settle();
    };
    server.on('request', (request: IncomingMessage, response: ServerResponse) => {
      const reply = replyIn(request, state);
      if (reply === undefined) return page(response, 404, 'This is not the address of a login.');
      if (reply.code === undefined) {
        const refused = new CliError('The login was refused in the browser.', EXIT.login);
        return page(response, 200, 'Not logged in. You can close this tab.', () =>
          end(() => reject(refused)),
        );
      }
      work(reply.code).then(
        (done) => {
          const text = `You are logged in as ${done.name}. You can close this tab.`;
          page(response, 200, text, () => end(() => resolve(done)));
        },
        (error: unknown) =>
          page(response, 200, 'The login failed. See the command line.', () => end(() => reject(error))),
      );
    });
  });
}

/** What the browser brings; undefined for any other request. */
function replyIn(
  { method, url = '' }: IncomingMessage,
  state: string,
): { code: string | undefined } | undefined {
  // Any page can have a browser send something like `//` here, which is no address.
  if (!URL.canParse(url, 'http://127.0.0.1')) return undefined;
  const { pathname, searchParams } = new URL(url, 'http://127.0.0.1');
  const given = Buffer.from(searchParams.get('state') ?? '');
  const wanted = Buffer.from(state);
  if (method !== 'GET' || pathname !== '/' || given.length !== wanted.length) return undefined;
  return timingSafeEqual(given, wanted) ? { code: searchParams.get('code') ?? undefined } : undefined;
}

async function trade(cli: Cli, code: string, verifier: string): Promise<BrowserLogin> {
  const body = { grant_type: 'authorization_code', code, code_verifier: verifier };
  const { body: given } = await cli.api.call<Tokens>('/api/auth/token', { method: 'POST', body });
  if (given.refresh_token === undefined) throw new CliError('The broker gave no login.', EXIT.failed);
  const bearer = given.access_token;
  const { body: me } = await cli.api.call<z.output<typeof meAnswer>>('/api/auth/me', { bearer });
  return { given: { ...given, refresh_token: given.refresh_token }, name: me.name };
}

function page(
  response: ServerResponse,
  status: number,
  text: string,
  sent: () => void = () => undefined,
): void {
  const safe = text.replace(/[&<>"']/g, (letter) => `&#${letter.charCodeAt(0)};`);
  response.writeHead(status, {
    'content-type': 'text/html; charset=utf-8',
    'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
    'cache-control': 'no-store',
    'referrer-policy': 'no-referrer',
    connection: 'close',
  });
  response.end(`<!doctype html><title>Glassdome</title><p>${safe}</p>\n`, sent);
}

/** Where no browser can be opened, the printed address is there. */
function openBrowser(address: string): void {
  const programs: Partial<Record<NodeJS.Platform, string>> = { darwin: 'open' };
  const child = spawn(programs[process.platform] ?? 'xdg-open', [address], {
    stdio: 'ignore',
    detached: true,
  });
  child.on('error', () => undefined);
  child.unref();
}
