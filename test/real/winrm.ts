import { chmodSync, chownSync, existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { freePort } from '../../local/process/child.js';
import type { RealServer } from '../conformance/serviceCases.js';
import { hypervUser } from '../simulators/hyperv.js';
import { makeSelfSigned } from '../support/services/selfSigned.js';
import { findProgram, Scratch, until } from './program.js';
import { request } from './request.js';

const MODULES = '/usr/lib/apache2/modules';
const NEEDED = [
  'mpm_event',
  'authn_core',
  'authz_core',
  'authz_user',
  'auth_gssapi',
  'ssl',
  'cgid',
  'alias',
  'env',
  'setenvif',
];
/** Debian's web user: an NTLM file that only root can read is none for it. */
const WEB_USER = 33;

const SCRIPT = `#!/bin/sh
printf 'Content-Type: application/soap+xml;charset=UTF-8\\r\\n\\r\\n'
body=$(cat)
case "$body" in
*Enumerate*) printf '<s:Envelope><s:Body><n:EnumerateResponse><w:Items><p:Msvm_ComputerSystem/></w:Items></n:EnumerateResponse></s:Body></s:Envelope>' ;;
*) if [ -n "$REMOTE_USER" ]; then os=10.0.1; else os=0.0.0; fi
printf '<s:Envelope><s:Body><w:IdentifyResponse><w:ProtocolVersion>http://schemas.dmtf.org/wbem/wsman/1/wsman.xsd</w:ProtocolVersion><w:ProductVersion>OS: %s SP: 0.0 Stack: 3.0</w:ProductVersion></w:IdentifyResponse></s:Body></s:Envelope>' "$os" ;;
esac
`;

/** Real NTLMv2 by another implementation; what stands behind it is a script that answers as WinRM does. */
export async function startRealWinrm(): Promise<RealServer | { missing: string }> {
  const program = findProgram('apache2');
  const lacking = NEEDED.filter((name) => !existsSync(join(MODULES, `mod_${name}.so`)));
  if (program === undefined || lacking.length > 0)
    return {
      missing: 'no Apache with NTLM (Debian: apt-get install apache2 libapache2-mod-auth-gssapi gss-ntlmssp)',
    };
  if (process.getuid?.() !== 0) return { missing: 'Apache with NTLM needs root to become another user' };
  const scratch = new Scratch();
  chmodSync(scratch.folder, 0o755);
  const { cert, key } = makeSelfSigned();
  const write = (name: string, text: string, mode = 0o644) => {
    writeFileSync(join(scratch.folder, name), text, { mode });
    return join(scratch.folder, name);
  };
  const [certFile, keyFile] = [write('c.pem', cert), write('k.pem', key, 0o600)];
  const users = write('users', `${hypervUser.domain}:${hypervUser.name}:${hypervUser.password}\n`, 0o600);
  const run = join(scratch.folder, 'run');
  mkdirSync(run);
  for (const path of [users, run]) chownSync(path, WEB_USER, WEB_USER);
  mkdirSync(join(scratch.folder, 'cgi'), { mode: 0o755 });
  write('cgi/wsman', SCRIPT, 0o755);
  const port = await freePort();
  const config = write('a.conf', configOf({ port, folder: scratch.folder, certFile, keyFile }));
  const output = scratch.start(program, ['-f', config, '-D', 'FOREGROUND'], { NTLM_USER_FILE: users });
  const url = `https://127.0.0.1:${port}/wsman`;
  await until('apache2', async () => (await request(url, { tls: { ca: cert } })).status === 401, output);
  return {
    fields: {
      host: `127.0.0.1:${port}`,
      user: `${hypervUser.domain}\\${hypervUser.name}`,
      password: hypervUser.password,
      auth_method: 'ntlm',
      tls_mode: 'custom_ca',
      ca_cert_pem: cert,
    },
    more: {},
    close: () => scratch.stop(),
  };
}

function configOf(at: { port: number; folder: string; certFile: string; keyFile: string }): string {
  return `
ServerName 127.0.0.1
PidFile ${at.folder}/a.pid
ErrorLog ${at.folder}/error.log
Listen 127.0.0.1:${at.port}
User www-data
Group www-data
DefaultRuntimeDir ${at.folder}/run
${NEEDED.map((name) => `LoadModule ${name}_module ${MODULES}/mod_${name}.so`).join('\n')}
ScriptSock ${at.folder}/run/cgisock
ScriptAlias /wsman ${at.folder}/cgi/wsman
SSLEngine On
SSLCertificateFile ${at.certFile}
SSLCertificateKeyFile ${at.keyFile}
SetEnvIf WSMANIDENTIFY unauthenticated identify
<Location /wsman>
  AuthType GSSAPI
  AuthName wsman
  GssapiAllowedMech ntlmssp
  GssapiConnectionBound On
  <RequireAny>
    Require env identify
    Require valid-user
  </RequireAny>
</Location>
`;
}
