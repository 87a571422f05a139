import { parse } from 'yaml';
import type { FieldValues } from '../domain/fields.js';
import type { TlsChoice } from '../domain/outbound.js';
import { Secret } from '../domain/secret.js';
import { ended, type TestEnded } from '../domain/testResult.js';
import { inner, isObject, setting } from './probing.js';
import { tlsOf } from './tlsFields.js';

/** What a kubeconfig says of one context. */
export interface ClusterLogin {
  server: string;
  tls: TlsChoice;
  token?: string;
  /** Name and password, for clusters that still take them. */
  basic?: readonly [string, string];
  namespace?: string;
}

/** Keys that would run a program or read a file on the broker's host. */
const DANGEROUS = [
  'exec',
  'auth-provider',
  'tokenFile',
  'client-certificate',
  'client-key',
  'certificate-authority',
  'proxy-url',
];

/** The cluster and user of `context`, or of the current one. The test ends where it can't be used. */
export function readKubeconfig(text: string, context: string | undefined): ClusterLogin {
  const config = parsed(text);
  const name = context ?? config['current-context'];
  if (typeof name !== 'string' || name === '')
    throw wrong('The kubeconfig has no current context; name one in the field context.');
  const chosen = inner(named(config, 'contexts', name), 'context');
  const cluster = inner(named(config, 'clusters', chosen['cluster']), 'cluster');
  const user = inner(named(config, 'users', chosen['user']), 'user');
  for (const key of DANGEROUS)
    if (key in cluster || key in user)
      throw wrong(
        `The kubeconfig uses ${key}, which would run a program or read a file of the broker; export it with --flatten --raw and a token.`,
      );
  const [server, namespace, token] = [cluster['server'], chosen['namespace'], user['token']];
  if (typeof server !== 'string') throw wrong('The cluster of that context has no server; complete it.');
  const [username, password] = [user['username'], user['password']];
  return {
    server,
    tls: tlsOfCluster(cluster, user),
    ...(typeof token === 'string' && { token }),
    ...(typeof username === 'string' &&
      typeof password === 'string' && { basic: [username, password] as const }),
    ...(typeof namespace === 'string' && { namespace }),
  };
}

function parsed(text: string): Record<string, unknown> {
  try {
    const config: unknown = parse(text, { maxAliasCount: 0, logLevel: 'error' });
    if (isObject(config) && config['kind'] === 'Config') return config;
  } catch {
    // The library's message would quote the text, as would its warnings (`logLevel`).
  }
  throw wrong('This is no kubeconfig; paste the whole output of: kubectl config view --flatten --raw.');
}

function named(config: Record<string, unknown>, list: string, name: unknown): Record<string, unknown> {
  const entries = Array.isArray(config[list]) ? config[list] : [];
  const found = entries.find((entry: unknown) => isObject(entry) && entry['name'] === name) as unknown;
  if (isObject(found)) return found;
  throw wrong(`The kubeconfig has no entry among its ${list} for that context; complete it.`);
}

function tlsOfCluster(cluster: Record<string, unknown>, user: Record<string, unknown>): TlsChoice {
  const pem = (source: Record<string, unknown>, key: string) => {
    const data = source[key];
    return typeof data === 'string' ? Buffer.from(data, 'base64').toString('utf8') : undefined;
  };
  const caPem = pem(cluster, 'certificate-authority-data');
  const [cert, key] = [pem(user, 'client-certificate-data'), pem(user, 'client-key-data')];
  const serverName = cluster['tls-server-name'];
  const insecure = cluster['insecure-skip-tls-verify'] === true;
  return {
    mode: insecure ? 'insecure' : caPem === undefined ? 'system' : 'custom_ca',
    ...(!insecure && caPem !== undefined && { caPem }),
    ...(typeof serverName === 'string' && { serverName }),
    ...(cert !== undefined && { clientCertPem: cert }),
    ...(key !== undefined && { clientKeyPem: new Secret(key) }),
  };
}

/**
 * The TLS fields of the credential win over what its kubeconfig says. That nobody is to be checked has to stand in the
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
      'The kubeconfig has insecure-skip-tls-verify; pin the certificate of the server, or set tls_mode to insecure to say that you mean it.',
    );
  return { ...login, tls: { ...login.tls, ...named } };
}

const wrong = (advice: string): TestEnded => ended('misconfigured', advice);
