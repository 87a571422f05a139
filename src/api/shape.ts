import { z } from 'zod';
import { SERVICE_TYPES } from '../domain/credentials/serviceType.js';

/** Parts of answers. Each takes the sentence that says what it is, which the OpenAPI document and `/docs` show. */

/** Gives a schema its name in the OpenAPI document, so that generated clients have a type of that name. */
export const named = <T extends z.ZodType>(id: string, description: string, schema: T): T =>
  schema.meta({ id, description });

export const text = (description: string) => z.string().describe(description);
export const flag = (description: string) => z.boolean().describe(description);
export const count = (description: string) => z.number().int().min(0).describe(description);
/** A moment in UTC. */
export const at = (description: string) =>
  z.iso.datetime().meta({ description, examples: ['2027-01-31T08:30:00.000Z'] });
export const id = (description: string) =>
  z.uuid().meta({ description, examples: ['0b2f7d3e-3c53-4c0e-9a53-1d5c1f0a6a10'] });
export const principal = (description: string) => z.string().meta({ description, examples: ['local:anna'] });
export const texts = (description: string) => z.array(z.string()).describe(description);
/** Any members: they depend on what the object is about. */
export const anything = (description: string) => z.record(z.string(), z.unknown()).describe(description);
export const serviceType = z.enum(SERVICE_TYPES).describe('The service that the credential is for.');

/** All items at once. */
export const list = <T extends z.ZodType>(name: string, description: string, item: T) =>
  named(name, description, z.strictObject({ items: z.array(item).describe('All items.') }));

/** One page of a longer list. */
export const page = <T extends z.ZodType>(name: string, description: string, item: T) =>
  named(
    name,
    description,
    z.strictObject({
      items: z.array(item).describe('The items of this page.'),
      next_cursor: text('Send it as `cursor` to get the next page; null on the last page.').nullable(),
    }),
  );

/** A value of a field: services have texts, numbers and booleans. */
const fieldValue = z.union([z.string(), z.number(), z.boolean()]).describe('The value of one field.');
export const fieldValues = (description: string) =>
  z.record(z.string().describe('Name of a field.'), fieldValue).describe(description);
