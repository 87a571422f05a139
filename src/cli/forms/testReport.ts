import type { z } from 'zod';
import type { certificateAnswer, testAnswer } from '../../api/tests.js';
import type { TestCode } from '../../domain/testing/testResult.js';
import { EXIT, type ExitCode } from '../exitCodes.js';
import { cell } from '../terminal/output.js';
import { note, say } from '../terminal/terminal.js';

/** What `POST /api/credentials/{id}/test` answers, as far as it is shown. */
export type TestView = z.output<typeof testAnswer>;

/** A certificate that a host showed. */
export type CertificateView = z.output<typeof certificateAnswer>;

const REJECTED: readonly TestCode[] = ['invalid_credential', 'expired', 'mfa_required'];

/** What a script learns: the service refuses the credential, or it could not be proven. */
export function exitOf(tests: readonly Pick<TestView, 'code'>[]): ExitCode {
  if (tests.some(({ code }) => REJECTED.includes(code))) return EXIT.rejected;
  return tests.every(({ code }) => code === 'ok') ? EXIT.ok : EXIT.unproven;
}

/** One test for a person: what was proven or what to do, and what remains to be fixed. */
export function printTest(name: string, test: TestView, line: (text: string) => void = say): void {
  const where = test.failed_step === null ? '' : ` at ${test.failed_step}`;
  line(`${test.ok ? '✓' : '✗'} ${cell(name)}: ${test.code}${where}. ${cell(test.advice)}`);
  if (test.expires_at !== null) line(`  Expires ${cell(test.expires_at)}, according to the service.`);
  if (test.permissions.length > 0) line(`  May: ${some(test.permissions)}`);
  if (test.models.length > 0) line(`  Models: ${some(test.models)}`);
  for (const { text } of test.warnings) line(`  ! ${cell(text)}`);
  printCertificate(test, line);
}

const SHOWN = 8;

function some(words: readonly string[]): string {
  const more = words.length > SHOWN ? ` … (${words.length})` : '';
  return `${words.slice(0, SHOWN).map(cell).join(', ')}${more}`;
}

function printCertificate({ certificate }: TestView, line: (text: string) => void): void {
  if (certificate === null) return;
  const { subject, issuer, valid_to: end, fingerprint_sha256: fingerprint } = certificate;
  line(`  Certificate of the host: ${cell(subject)}, by ${cell(issuer)}, until ${cell(end)}`);
  line(`  ${cell(fingerprint)}`);
  notePin(certificate);
}

/** How to trust exactly this certificate from now on. */
export function notePin({ fingerprint_sha256: fingerprint }: CertificateView): void {
  note('  Compare it with the fingerprint on the host. If they match, pin it:');
  note(`  --tls-mode fingerprint --tls-fingerprint-sha256 ${cell(fingerprint)}`);
}

/** What a command that stores says of the test that came with it. */
export function noteTest(name: string, test: TestView | null | undefined): void {
  if (test !== null && test !== undefined) printTest(name, test, note);
}

/** The flag of every command that stores values. */
export const TEST_FLAG = [
  '--test <mode>',
  'test the values before storing: required (store only if they work), warn (store and warn) or skip',
] as const;
