import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { freePort } from '../../local/process/child.js';
import type { RealServer } from '../conformance/serviceCases.js';
import { dockerClient } from '../simulators/dockerSwarm.js';
import { makeSelfSigned } from '../support/services/selfSigned.js';
import { findProgram, Scratch, until } from './program.js';
import { request } from './request.js';

/** What a daemon of the machine's own leaves for others to find: its bridge, and its socket. */
const OTHERS = ['/sys/class/net/docker0', '/var/run/docker.sock'];

/** One daemon of a swarm and one outside of any, both with --tlsverify, and one that is open. Needs root. */
export async function startRealDocker(): Promise<RealServer | { missing: string }> {
  const program = findProgram('dockerd');
  if (program === undefined) return { missing: 'no dockerd on PATH (Debian: apt-get install docker.io)' };
  if (process.getuid?.() !== 0) return { missing: 'dockerd needs root' };
  if (OTHERS.some((path) => existsSync(path)))
    return { missing: 'another Docker daemon runs here, whose bridge one without a bridge would remove' };
  const scratch = new Scratch();
  const server = makeSelfSigned();
  for (const [name, text] of [
    ['c.pem', server.cert],
    ['k.pem', server.key],
    ['ca.pem', dockerClient.cert],
  ] as const)
    writeFileSync(join(scratch.folder, name), text);
  const start = async (name: string, verified: boolean): Promise<string> => {
    const port = await freePort();
    const folder = join(scratch.folder, name);
    mkdirSync(folder);
    const tls = ['--tlsverify', '--tlscacert=ca.pem', '--tlscert=c.pem', '--tlskey=k.pem'];
    const own = ['data', 'exec'].map((part) => `--${part}-root=${join(folder, part)}`);
    const output = scratch.start(program, [
      ...(verified ? tls : ['--tls=false']),
      ...own,
      `--pidfile=${join(folder, 'pid')}`,
      `--host=tcp://127.0.0.1:${port}`,
      '--iptables=false',
      '--ip6tables=false',
      '--bridge=none',
      '--storage-driver=vfs',
    ]);
    const url = `${verified ? 'https' : 'http'}://127.0.0.1:${port}/_ping`;
    await until('dockerd', async () => (await request(url, { tls: ours })).status === 200, output);
    return `127.0.0.1:${port}`;
  };
  const ours = { ca: server.cert, cert: dockerClient.cert, key: dockerClient.key };
  try {
    const swarm = await start('swarm', true);
    const [alone, open] = [await start('alone', true), await start('open', false)];
    const listen = `127.0.0.1:${await freePort()}`;
    const body = JSON.stringify({ ListenAddr: listen, AdvertiseAddr: listen });
    const joined = await request(`https://${swarm}/swarm/init`, { tls: ours, method: 'POST', body });
    if (joined.status !== 200) throw new Error(`swarm init: ${joined.status} ${joined.body}`);
    return {
      fields: {
        host: swarm,
        client_cert_pem: dockerClient.cert,
        client_key_pem: dockerClient.key,
        tls_mode: 'custom_ca',
        ca_cert_pem: server.cert,
      },
      more: { alone, open },
      close: () => scratch.stop(),
    };
  } catch (error) {
    await scratch.stop();
    // A daemon may refuse to run where the machine itself is a container.
    return {
      missing: `dockerd does not run here: ${error instanceof Error ? error.message.slice(-200) : ''}`,
    };
  }
}
