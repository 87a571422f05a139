import { generateKeyPairSync, randomBytes } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { freePort } from '../../local/process/child.js';
import type { RealServer } from '../conformance/serviceCases.js';
import { kubernetesClient } from '../simulators/kubernetes.js';
import { makeSelfSigned } from '../support/services/selfSigned.js';
import { findProgram, Scratch, until } from './program.js';
import { request } from './request.js';

/** A real API server with RBAC, a service account that may list pods, and one that may do nothing. */
export async function startRealApiserver(): Promise<RealServer | { missing: string }> {
  const program = findProgram('kube-apiserver');
  if (program === undefined)
    return {
      missing: 'kube-apiserver was not built (npm run counterpart -- kube-apiserver; needs Go, 10 minutes)',
    };
  const scratch = new Scratch();
  const server = makeSelfSigned();
  const keys = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const admin = randomBytes(16).toString('hex');
  const files = {
    'c.pem': server.cert,
    'k.pem': server.key,
    'ca.pem': kubernetesClient.cert,
    'sa.pub': keys.publicKey.export({ type: 'spki', format: 'pem' }),
    'sa.key': keys.privateKey.export({ type: 'pkcs8', format: 'pem' }),
    'tokens.csv': `${admin},admin,1,system:masters\n`,
  };
  for (const [name, text] of Object.entries(files))
    writeFileSync(join(scratch.folder, name), text, { mode: 0o600 });
  const port = await freePort();
  const [clients, peers] = [`http://127.0.0.1:${await freePort()}`, `http://127.0.0.1:${await freePort()}`];
  const output = scratch.start(program, argumentsOf(port, clients), {
    EMBED_ETCD_DIR: join(scratch.folder, 'etcd'),
    EMBED_ETCD_CLIENT: clients,
    EMBED_ETCD_PEER: peers,
  });
  const url = `https://127.0.0.1:${port}`;
  const call = (path: string, body?: object) =>
    request(`${url}${path}`, {
      tls: { ca: server.cert },
      headers: { authorization: `Bearer ${admin}` },
      ...(body === undefined ? {} : { method: 'POST', body: JSON.stringify(body) }),
    });
  await until('kube-apiserver', async () => (await call('/readyz')).status === 200, output);
  const [reader, nobody] = [await account(call, 'reader'), await account(call, 'nobody')];
  await allowPods(call);
  return {
    fields: {
      auth_method: 'token',
      server_url: url,
      token: reader,
      tls_mode: 'custom_ca',
      ca_cert_pem: server.cert,
    },
    more: { nobody },
    close: () => scratch.stop(),
  };
}

function argumentsOf(port: number, etcd: string): string[] {
  return [
    `--etcd-servers=${etcd}`,
    '--bind-address=127.0.0.1',
    '--advertise-address=127.0.0.1',
    `--secure-port=${port}`,
    '--client-ca-file=ca.pem',
    '--tls-cert-file=c.pem',
    '--tls-private-key-file=k.pem',
    '--token-auth-file=tokens.csv',
    '--service-account-key-file=sa.pub',
    '--service-account-signing-key-file=sa.key',
    '--service-account-issuer=https://kubernetes.default.svc',
    '--authorization-mode=RBAC',
    '--disable-admission-plugins=ServiceAccount',
    '--service-cluster-ip-range=10.96.0.0/16',
    '--endpoint-reconciler-type=none',
    '--anonymous-auth=true',
  ];
}

type Call = (path: string, body?: object) => ReturnType<typeof request>;

/** A token of an hour. */
async function account(call: Call, name: string): Promise<string> {
  await call('/api/v1/namespaces', { metadata: { name: 'default' } });
  await call('/api/v1/namespaces/default/serviceaccounts', { metadata: { name } });
  const path = `/api/v1/namespaces/default/serviceaccounts/${name}/token`;
  const made = await call(path, { spec: { expirationSeconds: 3600 } });
  return (JSON.parse(made.body) as { status: { token: string } }).status.token;
}

async function allowPods(call: Call): Promise<void> {
  const rbac = '/apis/rbac.authorization.k8s.io/v1/namespaces/default';
  await call(`${rbac}/roles`, {
    metadata: { name: 'pods' },
    rules: [{ apiGroups: [''], resources: ['pods'], verbs: ['get', 'list'] }],
  });
  await call(`${rbac}/rolebindings`, {
    metadata: { name: 'pods' },
    roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'Role', name: 'pods' },
    subjects: [{ kind: 'ServiceAccount', name: 'reader', namespace: 'default' }],
  });
}
