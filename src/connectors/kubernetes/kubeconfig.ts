import { parseDocument } from 'yaml';
import type { FieldValues } from '../../domain/credentials/fields.js';
import { Secret } from '../../domain/secret.js';
import type { TlsChoice } from '../../domain/testing/outbound.js';
import { ended, type TestEnded } from '../../domain/testing/testResult.js';
import { unwrapped } from '../../domain/text/wrappedText.js';
import { inner, isObject, setting } from '../common/probing.js';
import { tlsOf } from '../common/tlsFields.js';

/** What a kubeconfig says of one context. */
export interface ClusterLogin {
  server: string;
  tls: TlsChoice;
  token?: string;
  /** Name and password, for clusters that still take them. */
  basic?: readonly [string, string];
  namespace?: string;
  /** The key by which it impersonates another user, if it does. */
  acting?: string;
}

type Part = Record<string, unknown>;

/** The cluster and user of `context`, or of the current one, as kubectl reads them. The test ends where it can't be used. */
export function readKubeconfig(text: string, context: string | undefined): ClusterLogin {
  const config = parsed(text);
  const name = context ?? textOf(config, 'current-context');
  if (name === undefined) throw wrong('The kubeconfig has no current context; set one in the field context.');
  const chosen = inner(named(config, 'contexts', name), 'context');
  const cluster = inner(named(config, 'clusters', chosen['cluster']), 'cluster');
  const user = inner(named(config, 'users', chosen['user']), 'user');
  refuseForeign(cluster, user);
  const [server, namespace, token] = [
    textOf(cluster, 'server'),
    textOf(chosen, 'namespace'),
    textOf(user, 'token'),
  ];
  if (server === undefined) throw wrong('The cluster of that context has no server; add it.');
  const [username, password] = [textOf(user, 'username'), textOf(user, 'password')];
  const tls = tlsOfCluster(cluster, user);
  const acting = ['as', 'as-uid', 'as-groups', 'as-user-extra'].find((key) => isUsed(user[key]));
  return {
    server,
    tls,
    ...(token !== undefined && { token }),
    ...(username !== undefined && password !== undefined && { basic: [username, password] as const }),
    ...(namespace !== undefined && { namespace }),
    ...(acting !== undefined && { acting }),
  };
}

/** What can be stored, and not be used to sign in. The test ends with what is missing. */
export function requireLogin(login: ClusterLogin): ClusterLogin {
  const { token, basic, tls, acting } = login;
  if (token === undefined && basic === undefined && tls.clientCertPem === undefined)
    throw wrong(
      'The user of that context has neither token, client certificate nor password; export it again with --flatten --raw.',
    );
  if (acting !== undefined)
    throw wrong(
      `The kubeconfig acts as another user (${acting}), which the broker does not support; use a credential of that user.`,
    );
  const pems: Record<string, string | undefined> = {
    'certificate-authority-data': tls.caPem,
    'client-certificate-data': tls.clientCertPem,
    'client-key-data': tls.clientKeyPem?.reveal(),
  };
  for (const [key, pem] of Object.entries(pems))
    if (pem?.includes('-----BEGIN ') === false)
      throw wrong(
        `${key} in the kubeconfig is base64, but does not contain PEM; export it again with: kubectl config view --flatten --raw.`,
      );
  return login;
}

const LISTS = ['clusters', 'contexts', 'users'];

/** The marks `kind` and `apiVersion` may be left out; kubectl does not ask for them. */
function parsed(text: string): Part {
  const bare = unwrapped(text, (inside) =>
    /^[\s"']*(clusters|contexts|users|apiVersion|kind)\b|"clusters"/m.test(inside),
  );
  const config = yamlOf(bare);
  if (!isObject(config)) throw wrong(NO_KUBECONFIG);
  const kind = config['kind'];
  if (isUsed(kind) && kind !== 'Config')
    throw wrong(
      'This is another kind of Kubernetes object, not a kubeconfig; paste the output of: kubectl config view --flatten --raw.',
    );
  if (!LISTS.some((list) => Array.isArray(config[list]))) throw wrong(NO_KUBECONFIG);
  return config;
}

const NO_KUBECONFIG =
  'This is not a kubeconfig; paste the output of: kubectl config view --flatten --raw --minify (without --minify for all contexts).';

function yamlOf(text: string): unknown {
  try {
    // Neither its errors nor its warnings go on: they quote the text.
    const document = parseDocument(text, { logLevel: 'silent' });
    if (document.errors.length === 0) return document.toJS({ maxAliasCount: 100 });
  } catch {
    // As above.
  }
  throw wrong(
    'The kubeconfig is not valid YAML or JSON, perhaps because a part of it is missing; paste the output of: kubectl config view --flatten --raw.',
  );
}

/** Absent, null and empty mean the same to kubectl. */
const isUsed = (value: unknown): boolean => value !== undefined && value !== null && value !== '';

/** A text; undefined where there is none. */
function textOf(part: Part, key: string): string | undefined {
  const value = part[key];
  if (!isUsed(value)) return undefined;
  if (typeof value === 'string') return value;
  throw wrong(`${key} in the kubeconfig is not a string; put it in quotes.`);
}

function named(config: Part, list: string, name: unknown): Part {
  const entries = Array.isArray(config[list]) ? config[list] : [];
  const found = entries.find((entry: unknown) => isObject(entry) && entry['name'] === name) as unknown;
  if (isObject(found)) return found;
  throw wrong(`The kubeconfig has no entry among its ${list} for that context; add it.`);
}

/** What kubectl would do and the broker does not: run programs, read files, go by a proxy, act as another user. */
function refuseForeign(cluster: Part, user: Part): void {
  const uses = (key: string) => isUsed(cluster[key]) || isUsed(user[key]);
  const program = ['exec', 'auth-provider'].find(uses);
  if (program !== undefined)
    throw wrong(
      `The kubeconfig uses ${program}, which would run a program on the broker’s host; use a token, for example from kubectl create token.`,
    );
  // kubectl prefers the data to the file of the same name.
  const file = ['client-certificate', 'client-key', 'certificate-authority'].find(
    (key) => uses(key) && !uses(`${key}-data`),
  );
  const path = uses('tokenFile') ? 'tokenFile' : file;
  if (path !== undefined)
    throw wrong(
      `The kubeconfig names a file in ${path}, which the broker does not have; export it with: kubectl config view --flatten --raw.`,
    );
  if (uses('proxy-url'))
    throw wrong(
      'The kubeconfig uses a proxy (proxy-url), which the broker does not support; remove proxy-url if the broker can reach the server directly.',
    );
}

function tlsOfCluster(cluster: Part, user: Part): TlsChoice {
  const caPem = pemIn(cluster, 'certificate-authority-data');
  const [cert, key] = [pemIn(user, 'client-certificate-data'), pemIn(user, 'client-key-data')];
  if ((cert === undefined) !== (key === undefined))
    throw wrong(
      'The user of that context has a client certificate or its key, but not both; export it again with --flatten --raw.',
    );
  const serverName = textOf(cluster, 'tls-server-name');
  const insecure = isInsecure(cluster);
  return {
    mode: insecure ? 'insecure' : caPem === undefined ? 'system' : 'custom_ca',
    ...(!insecure && caPem !== undefined && { caPem }),
    ...(serverName !== undefined && { serverName }),
    ...(cert !== undefined && { clientCertPem: cert }),
    ...(key !== undefined && { clientKeyPem: new Secret(key) }),
  };
}

function isInsecure(cluster: Part): boolean {
  const value = cluster['insecure-skip-tls-verify'];
  if (!isUsed(value) || value === false) return false;
  if (value === true) return true;
  throw wrong('insecure-skip-tls-verify in the kubeconfig is neither true nor false; correct it.');
}

/** PEM in base64, over one line or several. */
function pemIn(source: Part, key: string): string | undefined {
  const data = textOf(source, key)?.replace(/\s+/g, '');
  if (data === undefined || data === '') return undefined;
  const pem = Buffer.from(data, 'base64').toString('utf8');
  if (/^[A-Za-z0-9+/]+={0,2}$/.test(data)) return pem;
  throw wrong(
    `${key} in the kubeconfig is not base64, or is incomplete; export it again with: kubectl config view --flatten --raw.`,
  );
}

/**
 * The TLS fields of the credential win over what its kubeconfig says. That nobody is to be checked has to be in the
 * field: there everybody who sees the credential sees it too.
 */
export function withTlsFields(login: ClusterLogin, values: FieldValues): ClusterLogin {
  const [serverName, ...chosen] = [
    'tls_server_name',
    'tls_mode',
    'ca_cert_pem',
    'tls_fingerprint_sha256',
  ].map((name) => setting(values, name));
  const named = serverName === undefined ? {} : { serverName };
  if (chosen.some((text) => text !== undefined)) {
    const { caPem: _ca, ...known } = login.tls;
    const { mode: wanted, caPem, fingerprintSha256 } = tlsOf(values);
    const trusted = {
      ...(caPem !== undefined && { caPem }),
      ...(fingerprintSha256 !== undefined && { fingerprintSha256 }),
    };
    return { ...login, tls: { ...known, mode: wanted, ...trusted, ...named } };
  }
  if (login.tls.mode === 'insecure')
    throw wrong(
      'The kubeconfig has insecure-skip-tls-verify; pin the certificate of the server, or confirm it with tls_mode insecure.',
    );
  return { ...login, tls: { ...login.tls, ...named } };
}

const wrong = (advice: string): TestEnded => ended('misconfigured', advice);
