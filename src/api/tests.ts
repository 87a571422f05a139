import { z } from 'zod';
import { HEALTHS } from '../domain/credentials/credential.js';
import { TEST_CODES, TEST_STEPS, TEST_TRIGGERS, TEST_WARNINGS } from '../domain/testing/testResult.js';
import { credentialAnswer } from './answers.js';
import { fieldMap, line, secretFields, serviceTypeWord } from './common.js';
import { at, count, flag, id, named, page, principal, serviceType, text, texts } from './shape.js';

/** `POST /api/credentials/test`. */
export const testUnsavedBody = named(
  'TestRequest',
  'Values to test. They are not stored.',
  z.strictObject({ service_type: serviceTypeWord, fields: fieldMap, secret_fields: secretFields }),
);

/** `POST /api/credentials/{id}/test`. */
export const testStoredBody = named(
  'TestStoredRequest',
  'What to test.',
  z.strictObject({
    version: z
      .number()
      .int()
      .min(1)
      .max(1_000_000_000)
      .describe('The version to test. Left out: the active one.')
      .optional(),
  }),
);

/** `POST /api/tls/fetch`. */
export const fetchCertificateBody = named(
  'FetchCertificateRequest',
  'The host to look at.',
  z.strictObject({
    host: line(255)
      .min(1)
      .meta({ description: 'Name or address of the host.', examples: ['pve.example.com'] }),
    port: z
      .number()
      .int()
      .min(1)
      .max(65_535)
      .meta({ description: 'Port of the host.', examples: [8006] }),
  }),
);

/** What tests answer. */
export const certificateAnswer = named(
  'Certificate',
  'A certificate that a host sent.',
  z.strictObject({
    fingerprint_sha256: text('SHA-256 fingerprint, to compare and pin.'),
    subject: text('Subject of the certificate.'),
    issuer: text('Issuer of the certificate.'),
    valid_from: text('Start of its validity (RFC 3339).'),
    valid_to: text('End of its validity (RFC 3339).'),
  }),
);

const code = z.enum(TEST_CODES).describe('Result of the test. Stable: branch on it.');
const failedStep = z.enum(TEST_STEPS).nullable().describe('The step that failed; null: none.');
const advice = text('What to do next, in one sentence.');
const health = z.enum(HEALTHS).describe('Health of the credential after the test.');

const test = z.strictObject({
  code,
  ok: flag('True when `code` is `ok`.'),
  failed_step: failedStep,
  advice,
  identity: text('The account that the service reported; null: not known.').nullable(),
  version: text('Version of the service; null: not known.').nullable(),
  expires_at: at('When the secret expires, as the service reported; null: not known.').nullable(),
  permissions: texts('Permissions of the secret, as the service reported.'),
  models: texts('Models that the secret can use, for AI services.'),
  warnings: z
    .array(
      z.strictObject({
        code: z.enum(TEST_WARNINGS).describe('Stable code of the warning.'),
        text: text('The warning in one sentence.'),
      }),
    )
    .describe('What works, but is unsafe or ends soon.'),
  retry_after_seconds: count('When the service accepts the next try; null: it did not say.').nullable(),
  certificate: certificateAnswer
    .nullable()
    .describe('The certificate of the host, where it matters to the result.'),
  duration_ms: count('Duration, rounded up to 100 ms.'),
});
export const testAnswer = named(
  'TestResult',
  'What a test against the real service found. A test that fails is an answer, not an error.',
  test,
);
export const storedTestAnswer = named(
  'StoredTestResult',
  'The test result of a stored credential.',
  test.extend({
    health,
    credential: z
      .strictObject({
        id: id('ID of the credential.'),
        name: text('Its name.'),
        service_type: serviceType,
        version: count('The version that was tested.'),
      })
      .describe('The credential that was tested.'),
  }),
);
export const fetchedCertificate = named(
  'FetchedCertificate',
  'The certificate that a host shows.',
  test.pick({ code: true, ok: true, failed_step: true, advice: true, certificate: true }).extend({
    host: text('The host.'),
    port: count('The port.'),
    chain: z
      .array(certificateAnswer)
      .describe('The certificates that the host sent to prove its own, the nearest first.'),
  }),
);
export const testRunAnswer = named(
  'TestRun',
  'A past test.',
  z.strictObject({
    tested_at: at('When.'),
    version: count('The version that was tested.'),
    trigger: z.enum(TEST_TRIGGERS).describe('What started the test.'),
    caller: principal('Who started it.'),
    code,
    failed_step: failedStep,
    advice,
    health,
    identity: text('The account that the service reported.').nullable(),
    service_version: text('Version of the service.').nullable(),
    warnings: texts('Codes of the warnings.'),
    duration_ms: count('Duration, rounded up to 100 ms.'),
  }),
);
export const testRunPage = page('TestRunPage', 'Tests of a credential, newest first.', testRunAnswer);

const uptimeMembers = z.strictObject({
  ratio: z.number().min(0).max(1).nullable().describe('0 to 1; null: nothing was checked.'),
  checked_seconds: count('Seconds that tests cover.'),
});
const uptime = named(
  'Uptime',
  'Share of the checked time in which the service accepted the credential.',
  uptimeMembers,
);
const dayOfHealth = named(
  'DayOfHealth',
  'Uptime of 24 hours.',
  uptimeMembers.extend({
    from: at('When the 24 hours began.'),
    worst: z.enum(HEALTHS).nullable().describe('The worst health in it; null: nothing was checked.'),
  }),
);
export const healthAnswer = named(
  'HealthReport',
  'Health of a credential now and over time.',
  z.strictObject({
    health: z.enum(HEALTHS).describe('Health now.'),
    since: at('Since when; null: never tested.').nullable(),
    next_test_at: at(
      'When it is tested next; null: not on schedule until a test succeeds or a new version is stored.',
    ).nullable(),
    uptime: z
      .strictObject({
        '24h': uptime.describe('The last 24 hours.'),
        '7d': uptime.describe('The last 7 days.'),
        '30d': uptime.describe('The last 30 days.'),
      })
      .describe('Uptime by window.'),
    days: z.array(dayOfHealth).describe('The last 30 times 24 hours, oldest first.'),
    runs: z.array(testRunAnswer).describe('The last tests, newest first.'),
  }),
);
export const savedCredential = named(
  'SavedCredential',
  'A credential after a save, with the test that ran on the way.',
  credentialAnswer.extend({ test: testAnswer.nullable().describe('The test; null: nothing was tested.') }),
);
