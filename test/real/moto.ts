import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import aws4 from 'aws4';
import { freePort } from '../../local/process/child.js';
import type { RealServer } from '../conformance/serviceCases.js';
import { makeSelfSigned } from '../support/services/selfSigned.js';
import { findProgram, Scratch, until } from './program.js';
import { request } from './request.js';

/** An AWS that verifies signatures and policies, with one user who has a key. */
export async function startRealMoto(): Promise<RealServer | { missing: string }> {
  const program = findProgram('moto_server');
  if (program === undefined) return { missing: 'no moto_server on PATH (PyPI: pip install "moto[server]")' };
  const scratch = new Scratch();
  const { cert, key } = makeSelfSigned();
  writeFileSync(join(scratch.folder, 'c.pem'), cert);
  writeFileSync(join(scratch.folder, 'k.pem'), key);
  const port = await freePort();
  const base = `https://127.0.0.1:${port}`;
  const tls = { ca: cert };
  const output = scratch.start(program, [
    '-H',
    '127.0.0.1',
    '-p',
    String(port),
    '-s',
    '-c',
    'c.pem',
    '-k',
    'k.pem',
  ]);
  await until('moto', async () => (await request(`${base}/moto-api/`, { tls })).status === 200, output);
  const iam = async (action: Record<string, string>): Promise<string> => {
    const body = new URLSearchParams({ ...action, Version: '2010-05-08' }).toString();
    const type = { 'content-type': 'application/x-www-form-urlencoded' };
    const signed = aws4.sign(
      {
        service: 'iam',
        region: 'us-east-1',
        host: `127.0.0.1:${port}`,
        method: 'POST',
        path: '/',
        headers: type,
        body,
      },
      { accessKeyId: 'AKIANOBODY', secretAccessKey: 'nobody' },
    );
    const headers = Object.fromEntries(Object.entries(signed.headers ?? {}).map(([n, v]) => [n, String(v)]));
    return (await request(`${base}/`, { method: 'POST', body, headers, tls })).body;
  };
  await iam({ Action: 'CreateUser', UserName: 'broker' });
  const made = await iam({ Action: 'CreateAccessKey', UserName: 'broker' });
  const text = (name: string) => new RegExp(`<${name}>([^<]+)<`).exec(made)?.[1] ?? '';
  const checks = { method: 'POST', body: '0', headers: { 'content-type': 'text/plain' }, tls };
  await request(`${base}/moto-api/reset-auth`, checks);
  return {
    fields: {
      access_key_id: text('AccessKeyId'),
      secret_access_key: text('SecretAccessKey'),
      region: 'us-east-1',
      endpoint_url: base,
      tls_mode: 'custom_ca',
      ca_cert_pem: cert,
    },
    more: {},
    close: () => scratch.stop(),
  };
}
