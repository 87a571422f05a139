import { z } from 'zod';
import { isSender } from '../domain/notices/mailAddress.js';
import { isTimezone } from '../domain/notices/quietHours.js';
import { rulesByType } from '../domain/notices/reminderRules.js';
import { reportExpressionProblem } from '../domain/reports/reportSchedule.js';
import { testIntervals } from '../domain/testing/testPace.js';
import { flag, months, port } from './shapes.js';

/** What the worker does and sends, and what is allowed without TLS. */
export const workerVariables = {
  IMPORT_TESTS: z
    .enum(['on', 'off'])
    .default('on')
    .describe(
      'Whether scheduled tests of imported credentials start automatically (`on`), or only after a first test by a person (`off`).',
    ),
  TEST_INTERVAL_MINUTES: z.coerce
    .number()
    .int()
    .min(5)
    .max(525_600)
    .default(360)
    .describe('Interval of scheduled tests in minutes.'),
  TEST_INTERVALS: z
    .string()
    .default('')
    .refine(
      (text) => testIntervals(text) !== undefined,
      'must be minutes by service type, such as proxmox=60,openai=1440',
    )
    .describe('The same for single service types.'),
  WORKER_LEASE_SECONDS: z.coerce
    .number()
    .int()
    .min(2)
    .max(3600)
    .default(60)
    .describe(
      'Seconds without a sign of life after which a worker counts as dead and others repeat its tasks.',
    ),
  REMIND_DAYS: z
    .string()
    .regex(
      /^\d{1,3}(,\d{1,3}){0,9}$/,
      'must be one to ten numbers of days, each below 1000, such as 30,14,7,1',
    )
    .default('30,14,7,1')
    .describe('Days before the expiry of a credential at which a notice is sent.'),
  UNUSED_DAYS: z.coerce
    .number()
    .int()
    .min(1)
    .max(3650)
    .default(90)
    .describe('Days without use after which a notice is sent.'),
  REMIND_DAYS_BY_TYPE: z
    .string()
    .default('')
    .refine(
      (text) => rulesByType(text, '') !== undefined,
      'must be days by service type, such as aws=90/30/7,openai=14',
    )
    .describe('Days before the expiry for single service types.'),
  UNUSED_DAYS_BY_TYPE: z
    .string()
    .default('')
    .refine(
      (text) => rulesByType('', text) !== undefined,
      'must be days by service type, such as aws=30,other=0',
    )
    .describe('Days without use for single service types; 0: never.'),
  DRIFT: z
    .enum(['report', 'adopt'])
    .default('report')
    .describe(
      'What happens to versions that others write in Vault: they are reported only, or also used after a passed test.',
    ),
  RETENTION_USAGE_MONTHS: months(1)
    .default(13)
    .describe('Whole months of usage that are kept before the current one; 0 keeps them for ever.'),
  RETENTION_TESTS_MONTHS: months(1).default(13).describe('The same for test results.'),
  RETENTION_AUDIT_MONTHS: months(12).default(0).describe('The same for the audit.'),
  REPORT_SCHEDULE: z
    .string()
    .default('0 6 * * 1')
    .superRefine((text, context) => {
      const message = reportExpressionProblem(text);
      if (message !== undefined) context.addIssue({ code: 'custom', message });
    })
    .describe(
      'Schedule of the health report about everything: at most once a day, so minute and hour are numbers.',
    ),
  REPORT_TIMEZONE: z
    .string()
    .refine(isTimezone, 'must be a time zone such as Europe/Berlin')
    .default('UTC')
    .describe('Time zone of this schedule.'),
  SMTP_HOST: z
    .string()
    .optional()
    .describe(
      'Mail server for notices; set together with `SMTP_FROM`. Without it there are no mail channels.',
    ),
  SMTP_PORT: port(587).describe('Its port.'),
  SMTP_TLS: z
    .enum(['starttls', 'tls', 'none'])
    .default('starttls')
    .describe('`starttls` is required, not only tried; `none` beyond loopback needs `ALLOW_PLAIN_SMTP`.'),
  SMTP_FROM: z
    .string()
    .refine(isSender, 'must be a mail address, or a name and a mail address in <>')
    .optional()
    .describe('Sender address, such as `broker@lab.example` or `Glassdome Broker <broker@lab.example>`.'),
  SMTP_HELO_NAME: z
    .string()
    .regex(/^([a-z0-9-]+\.)+[a-z0-9-]+$/i, 'must be a host name with a domain')
    .optional()
    .describe(
      "Name in EHLO; relays refuse names without a domain. Default: the full name of the host, otherwise the sender's domain.",
    ),
  SMTP_USER: z
    .string()
    .optional()
    .describe(
      'User name for the mail server, if it requires a login; set together with `SMTP_PASSWORD_FILE`.',
    ),
  SMTP_PASSWORD_FILE: z.string().optional().describe('File with the password.'),
  SMTP_CA_FILE: z
    .string()
    .optional()
    .describe("File with the CA that signed the mail server's certificate, if it was not a public one."),
  ALLOW_PLAIN_HTTP: flag.describe(
    'Allows plain HTTP for the API beyond loopback, for a proxy in front that provides TLS.',
  ),
  ALLOW_PLAIN_SMTP: flag.describe(
    'Allows mail without TLS to a relay beyond loopback, with `SMTP_TLS=none`. A password is never sent that way.',
  ),
  ALLOW_PLAIN_POSTGRES: flag.describe('Allows a plain connection to Postgres beyond loopback.'),
  ALLOW_PLAIN_VAULT: flag.describe('Allows a plain connection to Vault beyond loopback.'),
  ALLOW_PLAIN_WEBHOOKS: flag.describe(
    'Allows plain HTTP to webhooks beyond loopback. Everybody on the way can read the names of credentials.',
  ),
  LOG_LEVEL: z
    .enum(['error', 'warn', 'info'])
    .default('info')
    .describe('What is logged: `error` only, `warn` too, or everything.'),
};
