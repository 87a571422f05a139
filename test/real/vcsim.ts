import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { freePort } from '../../local/process/child.js';
import type { RealServer } from '../conformance/serviceCases.js';
import { vmwareUser } from '../simulators/vmware.js';
import { makeSelfSigned } from '../support/services/selfSigned.js';
import { findProgram, Scratch, until } from './program.js';
import { request } from './request.js';

/** A vCenter and an ESXi host. */
export async function startRealVcsim(): Promise<RealServer | { missing: string }> {
  const program = findProgram('vcsim');
  if (program === undefined)
    return { missing: 'vcsim was not built (npm run counterpart -- vcsim; needs Go)' };
  const scratch = new Scratch();
  const { cert, key } = makeSelfSigned();
  writeFileSync(join(scratch.folder, 'c.pem'), cert);
  writeFileSync(join(scratch.folder, 'k.pem'), key);
  const start = async (more: readonly string[]): Promise<string> => {
    const host = `127.0.0.1:${await freePort()}`;
    const args = ['-listen', host, '-user', vmwareUser.name, '-cert', 'c.pem', '-key', 'k.pem', ...more];
    const output = scratch.start(program, args, { VCSIM_PASSWORD: vmwareUser.password });
    const about = async () => (await request(`https://${host}/about`, { tls: { ca: cert } })).status === 200;
    await until('vcsim', about, output);
    return host;
  };
  const [host, esxi] = await Promise.all([start([]), start(['-esx'])]);
  return {
    fields: {
      host,
      user: vmwareUser.name,
      password: vmwareUser.password,
      tls_mode: 'custom_ca',
      ca_cert_pem: cert,
    },
    more: { esxi },
    close: () => scratch.stop(),
  };
}
