import type { z } from 'zod';
import type { fetchedCertificate } from '../../../api/tests.js';
import { leaf, withBroker } from '../../client/command.js';
import { CliError, EXIT } from '../../exitCodes.js';
import { type CertificateView, exitOf, notePin } from '../../forms/testReport.js';
import { cell, printJson } from '../../terminal/output.js';
import { say } from '../../terminal/terminal.js';

type Fetched = z.output<typeof fetchedCertificate>;

/** Shows what a host shows, so that it can be compared with the host's own and pinned. */
export const fetchCertificate = leaf('fetch-certificate', 'show the certificate of a host, and how to pin it')
  .argument('<host:port>', 'default port 443; [fd00::1]:8006 for IPv6')
  .action(
    withBroker(async (cli, { json }, [word = '']) => {
      const body = addressIn(word);
      const { body: fetched } = await cli.call<Fetched>('/api/tls/fetch', { method: 'POST', body });
      if (json) printJson(fetched);
      else print(word, fetched);
      process.exitCode = exitOf([fetched]);
    }),
  );

function addressIn(word: string): { host: string; port: number } {
  const [, bracketed, name, port = '443'] = /^(?:\[([^\]]+)\]|([^:/@\s]+))(?::(\d{1,5}))?$/.exec(word) ?? [];
  const host = bracketed ?? name;
  if (host !== undefined) return { host, port: Number(port) };
  throw new CliError(
    `"${word}" is not host:port.`,
    EXIT.usage,
    'Write pve.lab:8006, 10.0.0.5:443 or [fd00::1]:443.',
  );
}

function print(word: string, { code, failed_step: step, advice, certificate, chain }: Fetched): void {
  if (certificate === null) {
    say(`✗ ${cell(word)}: ${code} at ${step}. ${cell(advice)}`);
    return;
  }
  showCertificate(certificate);
  for (const above of chain) {
    say('vouched for by');
    showCertificate(above);
  }
  notePin(certificate);
}

function showCertificate(certificate: CertificateView): void {
  const { subject, issuer, valid_from: from, valid_to: end, fingerprint_sha256: fingerprint } = certificate;
  say(`  Subject  ${cell(subject)}`);
  say(`  Issuer   ${cell(issuer)}`);
  say(`  Valid    ${cell(from)} to ${cell(end)}`);
  say(`  SHA-256  ${cell(fingerprint)}`);
}
