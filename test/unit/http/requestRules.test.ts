import { expect } from 'chai';
import type { z } from 'zod';
import { createCredentialBody } from '../../../src/api/credentials.js';
import { resolveBody } from '../../../src/api/reading.js';
import { BrokerError } from '../../../src/domain/errors.js';
import { parse } from '../../../src/http/parse.js';

describe('a request that breaks a rule', () => {
  function told(schema: z.ZodType, input: unknown): string {
    try {
      parse(schema, input);
    } catch (error) {
      if (error instanceof BrokerError) return error.detail;
      throw error;
    }
    throw new Error('it was let through');
  }
  const base = { name: 'a', service_type: 'aws', fields: {} };
  const cases: [string, z.ZodType, unknown, string][] = [
    ['a missing member', createCredentialBody, { ...base, name: undefined }, 'name is required (string)'],
    ['a wrong type', createCredentialBody, { ...base, name: 5 }, 'name must be of type string'],
    ['an unknown key', createCredentialBody, { ...base, colour: 'red' }, 'colour is not a known key'],
    [
      'a moment in words',
      createCredentialBody,
      { ...base, expires_at: 'soon' },
      'expires_at must be a time such as 2027-01-31T00:00:00Z',
    ],
    [
      'a label with a bad key',
      createCredentialBody,
      { ...base, labels: { A: '1' } },
      'labels.A must be 1 to 63 of a-z, 0-9, _, . and -, a letter or digit first',
    ],
    [
      'a rule withTimeout the one shape that was meant',
      resolveBody,
      { items: [{ name: 'a' }, { service_type: 'nosuch' }] },
      'items.1.service_type must be a service type, see GET /api/credentials/templates',
    ],
    [
      'no shape at all',
      resolveBody,
      { items: [{ colour: 'red' }] },
      'items.0 must contain id, name, env, or service_type (optionally with labels); owner can be added to all but id',
    ],
    ['an id that is none', resolveBody, { items: [{ id: 'x' }] }, 'items.0.id must be an id (a UUID)'],
    ['too few', resolveBody, { items: [] }, 'items must contain at least 1 item'],
    [
      'a map that is missing',
      createCredentialBody,
      { ...base, fields: undefined },
      'fields is required (object)',
    ],
    ['half a character', createCredentialBody, { ...base, name: 'a\ud800' }, 'name must be valid Unicode'],
    [
      'half a character in a value',
      createCredentialBody,
      { ...base, fields: { host: '\udc00' } },
      'fields.host must be valid Unicode',
    ],
    [
      'a character that Postgres does not keep',
      createCredentialBody,
      { ...base, description: 'a\0b' },
      'description must not contain a NUL character',
    ],
  ];
  for (const [what, schema, input, detail] of cases) {
    it(`is told which: ${what}`, () => {
      expect(told(schema, input)).to.equal(detail);
    });
  }

  it('never hears the value again', () => {
    const canary = 'canary-value';
    const wrong = {
      name: [canary],
      fields: { host: [canary] },
      labels: { a: canary.repeat(99) },
      expires_at: canary,
    };
    expect(told(createCredentialBody, { ...base, ...wrong })).not.to.contain(canary);
  });
});
