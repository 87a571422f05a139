import { createHash, generateKeyPairSync, type KeyObject, randomBytes, sign } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { type Listener, listen } from '../support/services/listener.js';

export type TokenKind = 'RS256' | 'ES256' | 'EdDSA';

/** How the next token differs from a right one. */
export interface Twist {
  header?: Record<string, unknown>;
  claims?: Record<string, unknown>;
  /** Signs in place of the issuer's key. */
  key?: KeyObject;
  /** The whole token, in place of a signed one. */
  token?: (header: object, claims: object) => string;
}

export interface OidcIssuerSim {
  issuer: string;
  listener: Listener;
  clientId: string;
  clientSecret: string;
  /** Members of the discovery document that differ. */
  discovery: Record<string, unknown>;
  twist: Twist;
  /** In place of the right answer of a path. */
  broken: Map<string, (request: IncomingMessage, response: ServerResponse) => void>;
  publicKey: KeyObject;
  /** Replaces the signing key by one with another id. */
  rotate(): void;
  /** What a person's browser does here: they log in, and the address that it is sent back to. Throws where a real one refuses. */
  logIn(address: string, person: Record<string, unknown>): string;
  close(): Promise<void>;
}

interface Granted {
  clientId: string;
  redirectUri: string;
  challenge: string;
  nonce: string | null;
  person: Record<string, unknown>;
}

/** An OpenID Connect issuer that refuses what OAuth 2 has it refuse: another client, redirect, verifier, or a code twice. */
export async function startOidcIssuer(redirectUris: readonly string[], alg: TokenKind = 'RS256') {
  let key = newKey(alg);
  let kid = 'key-1';
  const codes = new Map<string, Granted>();
  const userInfos = new Map<string, Record<string, unknown>>();
  const clientSecret = randomBytes(24).toString('base64url');
  const clientId = 'glassdome broker';
  const sim = { discovery: {}, twist: {}, broken: new Map() } as unknown as OidcIssuerSim;

  const listener = await listen((request, response) => {
    const url = new URL(request.url ?? '/', sim.issuer);
    const broken = sim.broken.get(url.pathname);
    if (broken !== undefined) return broken(request, response);
    if (url.pathname === '/.well-known/openid-configuration') return send(response, 200, document());
    if (url.pathname === '/keys') {
      const jwk = { ...key.publicKey.export({ format: 'jwk' }), kid, use: 'sig', alg };
      return send(response, 200, { keys: [{ kty: 'oct', k: 'c2VjcmV0', kid: 'shared' }, jwk] });
    }
    if (url.pathname === '/token' && request.method === 'POST') return void token(request, response);
    if (url.pathname === '/userinfo') {
      const found = userInfos.get((request.headers.authorization ?? '').replace('Bearer ', ''));
      return send(response, found === undefined ? 401 : 200, found ?? {});
    }
    send(response, 404, {});
  });
  const issuer = listener.address;

  const document = () => ({
    issuer,
    authorization_endpoint: `${issuer}/authorize?tenant=lab`,
    token_endpoint: `${issuer}/token`,
    jwks_uri: `${issuer}/keys`,
    userinfo_endpoint: `${issuer}/userinfo`,
    response_types_supported: ['code'],
    ...sim.discovery,
  });

  async function token(request: IncomingMessage, response: ServerResponse): Promise<void> {
    let text = '';
    for await (const chunk of request) text += String(chunk);
    const form = new URLSearchParams(text);
    const coded = (word: string) => new URLSearchParams({ '': word }).toString().slice(1);
    const basic = `Basic ${Buffer.from(`${coded(clientId)}:${coded(clientSecret)}`).toString('base64')}`;
    if (request.headers.authorization !== basic) return send(response, 401, { error: 'invalid_client' });
    const granted = codes.get(form.get('code') ?? '');
    codes.delete(form.get('code') ?? '');
    const challenge = createHash('sha256')
      .update(form.get('code_verifier') ?? '')
      .digest('base64url');
    const good =
      granted !== undefined &&
      form.get('grant_type') === 'authorization_code' &&
      granted.redirectUri === form.get('redirect_uri') &&
      granted.challenge === challenge;
    if (!good) return send(response, 400, { error: 'invalid_grant' });
    const { info, ...person } = granted.person;
    const access = randomBytes(16).toString('base64url');
    userInfos.set(access, { sub: person['sub'], ...(info as object | undefined) });
    send(response, 200, { access_token: access, token_type: 'Bearer', id_token: idToken(granted, person) });
  }

  function idToken({ nonce }: Granted, person: Record<string, unknown>): string {
    const now = Math.floor(Date.now() / 1000);
    const header = { alg, kid, typ: 'JWT', ...sim.twist.header };
    const claims = {
      iss: issuer,
      aud: clientId,
      iat: now,
      exp: now + 300,
      nonce,
      ...person,
      ...sim.twist.claims,
    };
    if (sim.twist.token !== undefined) return sim.twist.token(header, claims);
    return signed(header, claims, sim.twist.key ?? key.privateKey, alg);
  }

  return Object.assign(sim, {
    issuer,
    listener,
    clientId,
    clientSecret,
    get publicKey() {
      return key.publicKey;
    },
    rotate() {
      key = newKey(alg);
      kid = `key-${randomBytes(4).toString('hex')}`;
    },
    logIn(address: string, person: Record<string, unknown>) {
      const url = new URL(address);
      const asked = (name: string) => url.searchParams.get(name);
      if (!address.startsWith(`${issuer}/authorize?tenant=lab&`)) throw new Error(`not here: ${address}`);
      const redirectUri = asked('redirect_uri') ?? '';
      if (asked('client_id') !== clientId || !redirectUris.includes(redirectUri))
        throw new Error('unknown client or redirect');
      if (asked('response_type') !== 'code' || asked('code_challenge_method') !== 'S256')
        throw new Error('no code flow with PKCE');
      if (!asked('scope')?.split(' ').includes('openid')) throw new Error('no openid');
      const code = randomBytes(16).toString('base64url');
      const challenge = asked('code_challenge') ?? '';
      codes.set(code, { clientId, redirectUri, challenge, nonce: asked('nonce'), person });
      const back = new URL(redirectUri);
      back.searchParams.set('code', code);
      back.searchParams.set('state', asked('state') ?? '');
      back.searchParams.set('session_state', 'as some issuers add');
      return back.href;
    },
    close: () => listener.close(),
  }) as OidcIssuerSim;
}

/** A compact token. */
export function signed(header: object, claims: object, key: KeyObject, alg: TokenKind): string {
  const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');
  const input = `${part(header)}.${part(claims)}`;
  const dsaEncoding = 'ieee-p1363';
  const signature = sign(alg === 'EdDSA' ? null : 'sha256', Buffer.from(input), { key, dsaEncoding });
  return `${input}.${signature.toString('base64url')}`;
}

export function newKey(alg: TokenKind): { publicKey: KeyObject; privateKey: KeyObject } {
  if (alg === 'EdDSA') return generateKeyPairSync('ed25519');
  if (alg === 'ES256') return generateKeyPairSync('ec', { namedCurve: 'P-256' });
  return generateKeyPairSync('rsa', { modulusLength: 2048 });
}

function send(response: ServerResponse, status: number, body: object): void {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
}
