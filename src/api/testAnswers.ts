import { z } from 'zod';
import { HEALTHS } from '../domain/credentials/credential.js';
import { SERVICE_TYPES } from '../domain/credentials/serviceType.js';
import { TEST_CODES, TEST_STEPS, TEST_TRIGGERS, TEST_WARNINGS } from '../domain/testing/testResult.js';
import { credentialAnswer } from './answers.js';

/** What tests answer, for the OpenAPI document. */
const moment = z.iso.datetime();
const maybe = <T extends z.ZodType>(schema: T) => schema.nullable();
const count = z.number().int().min(0);

const certificate = z.strictObject({
  fingerprint_sha256: z.string(),
  subject: z.string(),
  issuer: z.string(),
  valid_from: z.string(),
  valid_to: z.string(),
});

export const testAnswer = z.strictObject({
  code: z.enum(TEST_CODES),
  ok: z.boolean(),
  failed_step: maybe(z.enum(TEST_STEPS)),
  advice: z.string(),
  identity: maybe(z.string()),
  version: maybe(z.string()),
  expires_at: maybe(moment),
  permissions: z.array(z.string()),
  models: z.array(z.string()),
  warnings: z.array(z.strictObject({ code: z.enum(TEST_WARNINGS), text: z.string() })),
  retry_after_seconds: maybe(count),
  certificate: maybe(certificate),
  duration_ms: count,
});
export const storedTestAnswer = testAnswer.extend({
  health: z.enum(HEALTHS),
  credential: z.strictObject({
    id: z.uuid(),
    name: z.string(),
    service_type: z.enum(SERVICE_TYPES),
    version: count,
  }),
});
/** `chain`: what the host sent to vouch for its certificate, the nearest first. */
export const fetchedCertificate = testAnswer
  .pick({ code: true, ok: true, failed_step: true, advice: true, certificate: true })
  .extend({ host: z.string(), port: count, chain: z.array(certificate) });
const testRun = z.strictObject({
  tested_at: moment,
  version: count,
  trigger: z.enum(TEST_TRIGGERS),
  caller: z.string(),
  code: z.enum(TEST_CODES),
  failed_step: maybe(z.enum(TEST_STEPS)),
  advice: z.string(),
  health: z.enum(HEALTHS),
  identity: maybe(z.string()),
  service_version: maybe(z.string()),
  warnings: z.array(z.enum(TEST_WARNINGS)),
  duration_ms: count,
});
export const testRunPage = z.strictObject({ items: z.array(testRun), next_cursor: maybe(z.string()) });

/** Share of the checked time in which the service took the credential; null where nothing was checked. */
const uptime = z.strictObject({ ratio: maybe(z.number().min(0).max(1)), checked_seconds: count });
export const healthAnswer = z.strictObject({
  health: z.enum(HEALTHS),
  since: maybe(moment),
  /** Null: not automatically, until a successful test or a new version. */
  next_test_at: maybe(moment),
  uptime: z.strictObject({ '24h': uptime, '7d': uptime, '30d': uptime }),
  runs: z.array(testRun),
});
/** `test` is null where nothing was tested. */
export const savedCredential = credentialAnswer.extend({ test: maybe(testAnswer) });
