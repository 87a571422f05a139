import { z } from 'zod';
import { SERVICE_TYPES } from '../domain/credentials/serviceType.js';

/** What calls that hand out values answer. */
const maybe = <T extends z.ZodType>(schema: T) => schema.nullable();
const count = z.number().int().min(0);
const value = z.union([z.string(), z.number(), z.boolean()]);
const texts = z.record(z.string(), z.string());
const list = <T extends z.ZodType>(item: T) => z.strictObject({ items: z.array(item) });

const fields = z.record(z.string(), value);
const named = { id: z.uuid(), name: z.string(), service_type: z.enum(SERVICE_TYPES), version: count };
export const secretAnswer = z.strictObject({ ...named, fields });
const resolved = z.strictObject({
  status: z.literal('ok'),
  credential: z.strictObject(named),
  fields,
  /** With `shape: client` only: the class or function whose arguments the fields are; null: none is known for it. */
  client: z.string().nullable().optional(),
});
const claimant = z.strictObject({ id: z.uuid(), name: z.string(), owner: z.string() });
const unresolved = z.strictObject({
  status: z.literal('error'),
  code: z.string(),
  detail: z.string(),
  candidates: z.array(claimant).optional(),
});
export const resolveAnswer = list(z.union([resolved, unresolved]));
const source = z.strictObject({
  credential_id: z.uuid(),
  name: z.string(),
  version: count,
  field: z.string(),
  /** The variable that the credential names, where this is another name for it. */
  alias_of: maybe(z.string()),
});
export const environmentAnswer = z.strictObject({
  variables: texts,
  sources: z.record(z.string(), source),
  conflicts: z.array(
    z.strictObject({
      variable: z.string(),
      credentials: z.array(claimant),
      served_by: maybe(z.uuid()),
      because: maybe(z.string()),
    }),
  ),
  failed: z.array(z.strictObject({ credential_id: z.uuid(), name: z.string(), code: z.string() })),
  /** Variables that others added, changed or removed on your own credentials. They stay as you had them until you agree. */
  held_back: z.array(
    z.strictObject({
      variable: z.string(),
      credential_id: z.uuid(),
      name: z.string(),
      changed_by: maybe(z.string()),
    }),
  ),
  /** Credentials that would fill more once you accepted them: `GET /api/offers`. */
  offers: count,
  /** Credentials with variables that you may use, but not read. */
  unreadable: count,
});
