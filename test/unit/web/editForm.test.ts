import { expect } from 'chai';
import { conflictOf } from '../../../src/web/credentials/edit/conflict.js';
import { changedFields, formOf } from '../../../src/web/credentials/edit/editFields.js';
import { changedMeta, metaBody, metaOf, pairsIn } from '../../../src/web/credentials/edit/metaDraft.js';

type Stored = Parameters<typeof metaOf>[0];

const stored = (more: object = {}): Stored =>
  ({
    name: 'Lab',
    description: '',
    labels: { rack: '4', env: 'lab' },
    env_names: {},
    settings: { host: 'pve.lab', port: 8006 },
    secret_fields: ['token_value'],
    expires_at: null,
    rotation_interval_days: null,
    test_interval_minutes: null,
    reminders: null,
    ...more,
  }) as unknown as Stored;

const template = {
  service_type: 'proxmox' as const,
  required_fields: [{ name: 'host', type: 'text', label: 'Host' }],
  optional_fields: [
    { name: 'port', type: 'integer', label: 'Port' },
    { name: 'token_value', type: 'password', label: 'Token' },
  ],
};

describe('The inputs of the edit form', () => {
  it('send nothing of what was not changed', () => {
    const base = metaOf(stored({ expires_at: '2027-01-31T10:00:27.000Z', reminders: { unused_days: null } }));
    expect(metaBody(base, base)).to.deep.equal({});
    expect(metaBody(base, { ...base, description: 'x' })).to.deep.equal({ description: 'x' });
  });

  it('keep reminders that are not named, and send null when all of them are empty', () => {
    const base = metaOf(stored({ reminders: { expiry_days: [30], unused_days: null } }));
    expect(metaBody(base, { ...base, expiry_days: '60, 7' })).to.deep.equal({
      reminders: { expiry_days: [60, 7], unused_days: null },
    });
    const empty = { ...base, expiry_days: '', unused_days: '' };
    expect(metaBody(base, empty)).to.deep.equal({ reminders: null });
  });

  it('read one key=value from each line, whose value may contain =', () => {
    expect(pairsIn('env=lab\n\n note = a=b \nbare')).to.deep.equal({ env: 'lab', note: 'a=b', bare: '' });
    expect(changedMeta(metaOf(stored()), metaOf(stored({ name: 'Other' })))).to.deep.equal(['name']);
  });

  it('show fields that are stored but not in the form, and send null for a setting that was emptied', () => {
    const credential = stored({ settings: { host: 'pve.lab', port: 8006, note: 'x' } });
    const form = formOf(template, credential);
    expect(form.required_fields.map(({ name }) => name)).to.deep.equal(['host', 'token_value', 'note']);
    const counted = ['host', 'port', 'token_value', 'note'];
    const sent = { host: 'pve2.lab', port: '8006', token_value: 'new' };
    expect(changedFields({ form, credential, counted, sent })).to.deep.equal({
      host: 'pve2.lab',
      token_value: 'new',
      note: null,
    });
  });
});

describe('Two changes of one credential', () => {
  it('clash only where both changed a field to something else; secrets are never compared by value', () => {
    const base = stored();
    const theirs = stored({
      name: 'Lab 2',
      labels: { env: 'prod' },
      description: 'same words',
      settings: { host: 'new.lab', port: 8006 },
    });
    const { clashes, taken } = conflictOf({
      base,
      theirs,
      theirSecrets: ['token_value'],
      yourMeta: { ...metaOf(base), labels: 'env=test', description: 'same words' },
      yourFields: { token_value: 'typed' },
      labelOf: (field) => field.toUpperCase(),
    });
    expect(clashes.map(({ label, yours, theirs: other }) => [label, yours, other])).to.deep.equal([
      ['Labels', 'env=test', 'env=prod'],
      ['TOKEN_VALUE', 'changed', 'changed'],
    ]);
    expect(taken).to.deep.equal(['Name', 'HOST']);
  });
});
