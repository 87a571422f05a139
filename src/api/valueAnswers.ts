import { z } from 'zod';
import { count, fieldValues, id, list, named, principal, serviceType, text } from './shape.js';

/** What calls that return values answer. */
const fields = fieldValues('All fields with their values, secrets included.');
const head = {
  id: id('ID of the credential.'),
  name: text('Its name.'),
  service_type: serviceType,
  version: count('The version that was read.'),
};
export const secretAnswer = named(
  'Secret',
  'A credential with its values.',
  z.strictObject({ ...head, fields }),
);
const resolved = named(
  'Resolved',
  'A credential that was found and read.',
  z.strictObject({
    status: z.literal('ok').describe('Found and read.'),
    credential: z.strictObject(head).describe('The credential.'),
    fields: fieldValues('The fields that were asked for, with their values.'),
    client: text(
      'With `shape: client` only: the class or function that takes the fields as arguments; null: none is known.',
    )
      .nullable()
      .optional(),
  }),
);
const claimant = named(
  'Claimant',
  'A credential that fits too.',
  z.strictObject({
    id: id('ID of the credential.'),
    name: text('Its name.'),
    owner: principal('Its owner.'),
  }),
);
export const unresolved = named(
  'Unresolved',
  'An item that could not be read. The others are not affected.',
  z.strictObject({
    status: z.literal('error').describe('Not read.'),
    code: text('Error code, as in problem documents.'),
    detail: text('What is wrong, and what to do.'),
    candidates: z.array(claimant).describe('With code `ambiguous`: the credentials that fit.').optional(),
  }),
);
export const resolvedItem = z
  .union([resolved, unresolved])
  .describe('One item, in the order of the request.');
export const resolveAnswer = list('ResolveAnswer', 'One answer for each item of the request.', resolvedItem);
const source = named(
  'VariableSource',
  'Where the value of a variable comes from.',
  z.strictObject({
    credential_id: id('ID of the credential.'),
    name: text('Its name.'),
    version: count('The version that was read.'),
    field: text('The field.'),
    alias_of: text('The variable that the credential names, where this is another name for it.').nullable(),
  }),
);
export const environmentAnswer = named(
  'Environment',
  'Variables of all credentials that you own or accepted, or that your teams share.',
  z.strictObject({
    variables: z
      .record(z.string(), z.string())
      .meta({ description: 'Variable to value.', examples: [{ PROXMOX_HOST: 'pve.example.com' }] }),
    sources: z.record(z.string(), source).describe('Variable to where its value comes from.'),
    conflicts: z
      .array(
        z.strictObject({
          variable: text('The variable.'),
          credentials: z.array(claimant).describe('The credentials that claim it.'),
          served_by: id('The one that fills it; null: none.').nullable(),
          because: text('The variable that the credential lost, for which this one is held back.').nullable(),
        }),
      )
      .describe('Variables that several credentials claim.'),
    failed: z
      .array(
        z.strictObject({
          credential_id: id('ID of the credential.'),
          name: text('Its name.'),
          code: text('Error code.'),
        }),
      )
      .describe('Credentials that could not be read.'),
    held_back: z
      .array(
        z.strictObject({
          variable: text('The variable.'),
          credential_id: id('ID of the credential.'),
          name: text('Its name.'),
          changed_by: principal('Who changed it.').nullable(),
        }),
      )
      .describe(
        'Variables that others added, changed or removed on your credentials. They keep their value until you agree.',
      ),
    offers: count('Credentials that would fill more once you accept them: `GET /api/offers`.'),
    unreadable: count('Credentials with variables that you may use, but not read.'),
  }),
);
