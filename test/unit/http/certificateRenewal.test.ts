import { X509Certificate } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import type { Server } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connect } from 'node:tls';
import { expect } from 'chai';
import express from 'express';
import { freePort } from '../../../local/process/child.js';
import {
  authority,
  ownExpiries,
  postgresCertificates,
  servedCertificate,
} from '../../../src/adapters/ownExpiries.js';
import { ConfigRefused, loadConfig } from '../../../src/config/config.js';
import { listen } from '../../../src/http/server/server.js';
import { eventually } from '../../support/eventually.js';
import { makeSelfSigned } from '../../support/services/selfSigned.js';
import { rejection, rememberingLog } from '../../support/services/vaultSetup.js';

const [first, second, third] = [
  makeSelfSigned({ until: '290101000000Z' }),
  makeSelfSigned({ kind: 'RSA', until: '300101000000Z' }),
  makeSelfSigned({ until: '310101000000Z' }),
];
const markOf = ({ cert }: { cert: string }) => new X509Certificate(cert).fingerprint256;

describe('a certificate that is renewed', () => {
  let folder: string;
  let files: { cert: string; key: string };
  let port: number;
  let server: Server | undefined;
  const log = rememberingLog();

  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), 'broker-certificate-'));
    files = { cert: join(folder, 'tls.pem'), key: join(folder, 'tls.key') };
    writeFileSync(files.cert, first.cert);
    writeFileSync(files.key, first.key, { mode: 0o600 });
    port = await freePort();
    log.lines.length = 0;
  });
  afterEach(() => {
    server?.close();
    server = undefined;
    rmSync(folder, { recursive: true, force: true });
  });

  const start = async () => {
    const env = { BROKER_PORT: String(port), TLS_CERT_FILE: files.cert, TLS_KEY_FILE: files.key };
    server = await listen(express(), loadConfig(env), { log, lookEveryMs: 10 });
  };
  const served = () =>
    new Promise<string>((resolve, reject) => {
      const socket = connect({ port, host: '127.0.0.1', rejectUnauthorized: false }, () => {
        resolve(socket.getPeerCertificate().fingerprint256);
        socket.destroy();
      });
      socket.once('error', reject);
    });
  const told = (event: string) =>
    eventually(event, async () => log.lines.find((line) => line.event === event)?.fields);

  it('is served without a restart, once both files are there', async () => {
    await start();
    expect(await served()).to.equal(markOf(first));
    // Of another kind: a TLS library keeps those beside each other and says nothing.
    writeFileSync(files.cert, second.cert);
    expect(await told('tls_certificate_refused')).to.deep.equal({ reason: 'no_pair' });
    expect(await served()).to.equal(markOf(first));
    writeFileSync(files.key, second.key);
    expect(await told('tls_certificate_renewed')).to.deep.equal({ ends_at: '2030-01-01T00:00:00.000Z' });
    expect(await served()).to.equal(markOf(second));
  });

  it('leaves the old one where the files are broken, half written or away, and tells that without their content', async () => {
    await start();
    for (const cert of [third.cert.slice(0, 200), `${third.cert}-----BEGIN CERTIFICATE-----\nMIIB`, null]) {
      log.lines.length = 0;
      if (cert === null) rmSync(files.cert);
      else writeFileSync(files.cert, cert);
      writeFileSync(files.key, third.key);
      const reason = cert === null ? 'unreadable' : 'no_pair';
      expect(await told('tls_certificate_refused')).to.deep.equal({ reason });
      expect(await served()).to.equal(markOf(first));
    }
    writeFileSync(files.cert, third.cert);
    await told('tls_certificate_renewed');
    expect(await served()).to.equal(markOf(third));
  });

  it('is needed at the start: files that hold no pair are refused by their variables', async () => {
    writeFileSync(files.key, second.key);
    const refusal = await rejection(start());
    expect(refusal).to.be.instanceOf(ConfigRefused);
    expect((refusal as Error).message).to.match(/^TLS_CERT_FILE and TLS_KEY_FILE: must contain/);
  });

  it('is reminded of by what is served, not by a certificate that came without its key', async () => {
    const ends = ownExpiries([servedCertificate(files)]);
    const until = async () => (await ends.list()).map(({ part, endsAt }) => [part, endsAt.getUTCFullYear()]);
    expect(await until()).to.deep.equal([['TLS certificate', 2029]]);
    writeFileSync(files.cert, third.cert);
    expect(await until()).to.deep.equal([['TLS certificate', 2029]]);
    rmSync(files.cert);
    expect(await until()).to.deep.equal([['TLS certificate', 2029]]);
    writeFileSync(files.cert, third.cert);
    writeFileSync(files.key, third.key);
    expect(await until()).to.deep.equal([['TLS certificate', 2031]]);
  });

  it('counts for Postgres and for what signed Vault, too; a bundle ends with its last one', async () => {
    const bundle = join(folder, 'ca.pem');
    writeFileSync(bundle, first.cert + third.cert + second.cert);
    const url = `postgres://broker_app@db.lab/broker?sslmode=verify-full&sslcert=${files.cert}&sslrootcert=${bundle}`;
    const parts = [...postgresCertificates(url), authority('CA for Vault', second.cert)];
    const list = await ownExpiries(parts).list();
    expect(list.map(({ part, endsAt }) => [part, endsAt.getUTCFullYear()])).to.deep.equal([
      ['client certificate for Postgres', 2029],
      ['CA for Postgres', 2031],
      ['CA for Vault', 2030],
    ]);
    expect(postgresCertificates('postgres://broker_app@db.lab/broker')).to.deep.equal([]);
  });
});
