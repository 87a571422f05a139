import { z } from 'zod';
import { VERSION_SOURCES } from '../domain/credentials/credential.js';
import { SERVICE_TYPES } from '../domain/credentials/serviceType.js';

const moment = z.iso.datetime();
const maybe = <T extends z.ZodType>(schema: T) => schema.nullable();
const count = z.number().int().min(0);
const problem = z.strictObject({ field: z.string(), rule: z.string() });

/** `POST /api/imports/*`: names, classes and results; no value. */
export const importAnswer = z.strictObject({
  dry_run: z.boolean(),
  /** Whether what is imported is tested by schedule. */
  tests: z.boolean(),
  groups: z.array(
    z.strictObject({
      key: z.string(),
      name: z.string(),
      service_type: z.enum(SERVICE_TYPES),
      result: z.string(),
      credential_id: maybe(z.uuid()),
      variables: z.array(z.string()),
      also_claimed: z.array(z.strictObject({ variable: z.string(), by: z.array(z.string()) })),
      problems: z.array(problem),
      /** What was changed here since the last import and stays; no value. */
      differences: z.array(
        z.strictObject({
          field: z.string(),
          source: z.enum([...VERSION_SOURCES, 'activation']),
          at: maybe(moment),
          by: maybe(z.string()),
        }),
      ),
    }),
  ),
  rows: z.array(z.looseObject({ name: z.string(), line: count, class: z.string(), secret: z.boolean() })),
  warnings: z.array(z.looseObject({ line: count, message: z.string() })),
  still_in_environment: z.array(z.string()),
});
