import { z } from 'zod';
import { isOrigin, listOf } from './lists.js';
import { cidrs } from './shapes.js';

/** How requests are served, limited and tested. */
export const requestVariables = {
  TLS_CERT_FILE: z
    .string()
    .optional()
    .describe(
      'Certificate of the API, with its chain (PEM). Together with `TLS_KEY_FILE` the API serves HTTPS. Checked each minute.',
    ),
  TLS_KEY_FILE: z.string().optional().describe('Its private key (PEM).'),
  TRUSTED_PROXY_HOPS: z.coerce
    .number()
    .int()
    .min(0)
    .max(10)
    .default(0)
    .describe('Number of proxies in front that set X-Forwarded-For.'),
  STOP_DELAY_SECONDS: z.coerce
    .number()
    .int()
    .min(0)
    .max(10)
    .default(0)
    .describe(
      'Seconds after a stop signal in which `/readyz` is 503 and calls are still accepted: as long as the load balancer in front needs to notice. 0 without a load balancer.',
    ),
  CORS_ORIGINS: z
    .string()
    .default('')
    .refine(
      (text) => listOf(text).every(isOrigin),
      'must be origins such as https://glassdome.lab, separated by commas; no path, no *',
    )
    .describe(
      "Origins of Glassdome's pages that may call the API from a browser, separated by commas. Default: none.",
    ),
  PUBLIC_URL: z
    .string()
    .refine(isOrigin, 'must be an origin such as https://broker.glassdome.lab; no path')
    .optional()
    .describe(
      'Origin at which people open the broker, for addresses that OIDC issuers send browsers back to. Required with `OIDC_ISSUERS_FILE`, except on loopback.',
    ),
  OIDC_ISSUERS_FILE: z
    .string()
    .optional()
    .describe(
      'JSON file with the OpenID Connect issuers that people can log in with (see docs/signing-in.md). It contains no secret: it names the files of client secrets.',
    ),
  SESSION_MINUTES: z.coerce
    .number()
    .int()
    .min(1)
    .max(43_200)
    .default(720)
    .describe(
      'Minutes after which a login ends, in a browser and on the command line: people then sign in again. It is not extended by use.',
    ),
  LOGIN_FAILURES: z.coerce
    .number()
    .int()
    .min(1)
    .max(1_000)
    .default(5)
    .describe(
      'Wrong passwords or secrets for one account from one address (IPv6: /56) before each further attempt has to wait: one second, then twice as long each time, at most 15 minutes. Correct ones are never counted.',
    ),
  LOGIN_FAILURES_PER_ACCOUNT: z.coerce
    .number()
    .int()
    .min(0)
    .max(100_000)
    .default(20)
    .describe(
      'Wrong passwords for one account in an hour before attempts from new addresses run one at a time; 0: no limit.',
    ),
  LOGIN_FAILURES_PER_ADDRESS: z.coerce
    .number()
    .int()
    .min(0)
    .max(100_000)
    .default(60)
    .describe(
      'Wrong passwords or secrets from one address in a minute, for all accounts, before they are slowed down; 0: no limit.',
    ),
  REVEALS_PER_MINUTE: z.coerce
    .number()
    .int()
    .min(0)
    .max(1_000_000)
    .default(6000)
    .describe(
      'Calls for values (`secret`, `resolve`, `environment`) that one caller may make in a minute; 0: no limit.',
    ),
  OUTBOUND_ALLOW_CIDRS: cidrs('10.0.0.0/8,172.16.0.0/12,192.168.0.0/16,fc00::/7').describe(
    'Ranges that tests of credentials may connect to in addition to public addresses. A value replaces the default: include the private ranges that you still need. Loopback only if it is listed (`127.0.0.0/8`, `::1/128`).',
  ),
  VALUE_CACHE_SECONDS: z.coerce
    .number()
    .min(0)
    .max(5)
    .default(0)
    .describe(
      'Seconds for which a version may be answered from sealed memory after it was read. Permissions are checked each time and each answer is audited; a version that is deleted directly in Vault is still answered during this time. 0: Vault is asked each time.',
    ),
  TEST_ON_SAVE: z
    .enum(['required', 'warn', 'skip'])
    .default('warn')
    .describe('Whether create, update and rotate test the values, if the request does not say.'),
  TESTS_PER_MINUTE: z.coerce
    .number()
    .int()
    .min(0)
    .max(1_000_000)
    .default(120)
    .describe(
      'Tests of credentials that one caller may start in a minute, including those on save; 0: no limit.',
    ),
  TESTED_ADDRESSES_PER_HOUR: z.coerce
    .number()
    .int()
    .min(0)
    .max(1_000_000)
    .default(60)
    .describe(
      'Different addresses (host and port) that one caller, admins included, may contact in an hour by tests of values that are not stored, by tests on save and by fetching certificates; 0: no limit.',
    ),
};
