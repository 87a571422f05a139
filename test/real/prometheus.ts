import { writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { freePort } from '../../local/process/child.js';
import type { RealServer } from '../conformance/serviceCases.js';
import { makeSelfSigned } from '../support/services/selfSigned.js';
import { findProgram, Scratch, until } from './program.js';

const PASSWORD = 'Correct-Horse-11';
/** Of that password, bcrypt with the least cost. */
const HASH = '$2y$04$Orx0F0NS8nF37SuROYDciuHNm84yNP.UR1n5wYFLH41JI7nej22Pu';

/** Three servers: one wants a password, one a client certificate, one nothing. */
export async function startRealPrometheus(): Promise<RealServer | { missing: string }> {
  const program = findProgram('prometheus');
  if (program === undefined) return { missing: 'no prometheus on PATH (Debian: apt-get install prometheus)' };
  const scratch = new Scratch();
  const [server, client, foreign] = [makeSelfSigned(), makeSelfSigned(), makeSelfSigned()];
  const write = (name: string, text: string) => {
    const path = join(scratch.folder, name);
    writeFileSync(path, text);
    return path;
  };
  const [cert, key, ca] = [
    write('c.pem', server.cert),
    write('k.pem', server.key),
    write('ca.pem', client.cert),
  ];
  const config = write('prometheus.yml', 'global: {}\n');
  const start = async (name: string, web: string): Promise<string> => {
    const port = await freePort();
    const output = scratch.start(program, [
      `--config.file=${config}`,
      `--storage.tsdb.path=${join(scratch.folder, name)}`,
      `--web.listen-address=127.0.0.1:${port}`,
      `--web.config.file=${write(`${name}.yml`, web)}`,
    ]);
    await until('prometheus', () => answers(port), output);
    return `https://127.0.0.1:${port}`;
  };
  const tls = `tls_server_config: { cert_file: ${cert}, key_file: ${key}`;
  const [basic, open, mutual] = await Promise.all([
    start('basic', `${tls} }\nbasic_auth_users: { broker: '${HASH}' }\n`),
    start('open', `${tls} }\n`),
    start('mutual', `${tls}, client_ca_file: ${ca}, client_auth_type: RequireAndVerifyClientCert }\n`),
  ]);
  return {
    fields: {
      base_url: basic,
      auth_method: 'basic',
      username: 'broker',
      password: PASSWORD,
      tls_mode: 'custom_ca',
      ca_cert_pem: server.cert,
    },
    more: {
      open_url: open,
      mtls_url: mutual,
      client_cert: client.cert,
      client_key: client.key,
      foreign_cert: foreign.cert,
      foreign_key: foreign.key,
    },
    close: () => scratch.stop(),
  };
}

function answers(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    socket.once('connect', () => {
      socket.destroy();
      resolve(true);
    });
    socket.once('error', () => resolve(false));
  });
}
