import { expect } from 'chai';
import { connectors } from '../../src/connectors/registry.js';
import { BrokerError } from '../../src/domain/errors.js';
import type { FieldValues } from '../../src/domain/fields.js';
import { Secret } from '../../src/domain/secret.js';
import type { ServiceType } from '../../src/domain/serviceType.js';
import type { Connector } from '../../src/domain/template.js';
import {
  destinationChanged,
  isSecretField,
  type MergeInput,
  mergeFields,
  typedFields,
} from '../../src/domain/templateFields.js';

type Rest = Omit<MergeInput, 'template'>;

function connector(serviceType: ServiceType): Connector {
  const found = connectors.find((c) => c.serviceType === serviceType);
  if (found === undefined) throw new Error(`no connector for ${serviceType}`);
  return found;
}

const merge = (serviceType: ServiceType, rest: Rest) =>
  mergeFields({ template: connector(serviceType).template, ...rest });

/** All fields as plain texts, secrets marked with a star in front of the name. */
function shown({ settings, secrets }: FieldValues): Record<string, string> {
  const starred = Object.entries(secrets).map(([name, value]) => [`*${name}`, value.reveal()]);
  return { ...settings, ...Object.fromEntries(starred) };
}

const merged = (serviceType: ServiceType, rest: Rest) => shown(merge(serviceType, rest).values);

function refusal(serviceType: ServiceType, rest: Rest): BrokerError {
  try {
    merge(serviceType, rest);
  } catch (error) {
    if (error instanceof BrokerError) return error;
    throw error;
  }
  throw new Error('the fields were accepted');
}

const wrongFields = (serviceType: ServiceType, rest: Rest) =>
  refusal(serviceType, rest).fields.map((problem) => problem.field);

const withPassword: FieldValues = {
  settings: { host: 'pve.lab', user: 'root@pam', auth_method: 'password' },
  secrets: { password: new Secret('pw-old') },
};

describe('a new credential is filled up as its form says', () => {
  const cases: [string, ServiceType, Rest['given'], Record<string, string>][] = [
    [
      'a token speaks for api_token, and the user has a default',
      'proxmox',
      { host: 'pve.lab', token_name: 't1', token_value: 'v-1' },
      {
        host: 'pve.lab',
        user: 'root@pam',
        auth_method: 'api_token',
        token_name: 't1',
        '*token_value': 'v-1',
      },
    ],
    [
      'a password alone speaks for password',
      'proxmox',
      { host: 'pve.lab', password: 'pw-1' },
      { host: 'pve.lab', user: 'root@pam', auth_method: 'password', '*password': 'pw-1' },
    ],
    [
      'with both, the token wins and the password is kept',
      'proxmox',
      { host: 'pve.lab', password: 'pw-1', token_name: 't1', token_value: 'v-1' },
      {
        host: 'pve.lab',
        user: 'root@pam',
        auth_method: 'api_token',
        token_name: 't1',
        '*token_value': 'v-1',
        '*password': 'pw-1',
      },
    ],
    [
      'a named auth_method is not overruled',
      'proxmox',
      { host: 'pve.lab', password: 'pw-1', token_name: 't1', token_value: 'v-1', auth_method: 'password' },
      {
        host: 'pve.lab',
        user: 'root@pam',
        auth_method: 'password',
        token_name: 't1',
        '*token_value': 'v-1',
        '*password': 'pw-1',
      },
    ],
    [
      'a token pasted whole is split',
      'proxmox',
      { host: 'pve.lab', token_value: 'lab@pve!deploy=v-2' },
      {
        host: 'pve.lab',
        user: 'lab@pve',
        auth_method: 'api_token',
        token_name: 'deploy',
        '*token_value': 'v-2',
      },
    ],
    [
      'a token id in the token name is split',
      'proxmox',
      { host: 'pve.lab', token_name: 'lab@pve!deploy', token_value: 'v-2' },
      {
        host: 'pve.lab',
        user: 'lab@pve',
        auth_method: 'api_token',
        token_name: 'deploy',
        '*token_value': 'v-2',
      },
    ],
    [
      'a select that is left out takes its first option',
      'openai',
      { api_key: new Secret('k-1') },
      { model: 'gpt-4', '*api_key': 'k-1' },
    ],
    [
      'options are suggestions',
      'anthropic',
      { api_key: 'k-1', model: 'a-newer-model' },
      { model: 'a-newer-model', '*api_key': 'k-1' },
    ],
    [
      'all free fields are secret unless told otherwise',
      'other',
      { a: 'x', b: 'y' },
      { '*a': 'x', '*b': 'y' },
    ],
  ];
  for (const [title, serviceType, given, expected] of cases) {
    it(title, () => expect(merged(serviceType, { given })).to.deep.equal(expected));
  }

  it('free fields are settings where the request names the secret ones', () => {
    expect(merged('other', { given: { a: 'x', b: 'y' }, secretFields: ['b'] })).to.deep.equal({
      a: 'x',
      '*b': 'y',
    });
  });

  it('a file keeps its very bytes', () => {
    const given = { host: 'pve.lab', password: ' pw ', verify_ssl: 'Yes' };
    expect(merged('proxmox', { given, exact: true })).to.include({ '*password': ' pw ', verify_ssl: 'Yes' });
  });
});

describe('an update changes only what it names', () => {
  it('unnamed fields stay and the change is told by name', () => {
    const { values, changed } = merge('proxmox', { given: { host: 'new.lab' }, current: withPassword });
    expect(shown(values)).to.deep.equal({ ...shown(withPassword), host: 'new.lab' });
    expect(changed).to.deep.equal(['host']);
  });

  it('the same value is no change', () => {
    expect(merge('proxmox', { given: { password: 'pw-old' }, current: withPassword }).changed).to.deep.equal(
      [],
    );
  });

  it('null removes', () => {
    const current = { ...withPassword, settings: { ...withPassword.settings, default_node: 'pve02' } };
    expect(merged('proxmox', { given: { default_node: null }, current })).to.deep.equal(shown(withPassword));
  });

  it('a token added to a password is used, and the password is kept', () => {
    const given = { token_name: 't1', token_value: 'v-1' };
    expect(merged('proxmox', { given, current: withPassword })).to.include({
      auth_method: 'api_token',
      '*password': 'pw-old',
    });
  });

  it('a stored free secret stays one until its value is sent again', () => {
    const current: FieldValues = { settings: { a: 'x' }, secrets: { b: new Secret('y') } };
    expect(merged('other', { given: { a: 'z' }, current })).to.deep.equal({ a: 'z', '*b': 'y' });
    expect(merged('other', { given: { a: 'z' }, current, secretFields: [] })).to.have.property('*b');
    expect(merged('other', { given: { b: 'w' }, current, secretFields: [] })).to.have.property('b', 'w');
  });
});

describe('what does not fit is refused by name, never by value', () => {
  const login = { host: 'pve.lab', password: 'pw-1' };
  const cases: [string, ServiceType, Rest['given'], string[]][] = [
    [
      'a missing required field',
      'azure',
      { subscription_id: 's', client_id: 'c', tenant_id: 't' },
      ['fields.client_secret'],
    ],
    ['a missing conditional field', 'proxmox', { host: 'pve.lab', token_name: 't1' }, ['fields.token_value']],
    ['no way to log in at all', 'proxmox', { host: 'pve.lab', auth_method: 'password' }, ['fields.password']],
    [
      'an auth_method that is not there',
      'proxmox',
      { ...login, auth_method: 'magic' },
      ['fields.auth_method'],
    ],
    ['a host with blanks', 'proxmox', { ...login, host: 'pve lab' }, ['fields.host']],
    ['an odd boolean', 'proxmox', { ...login, verify_ssl: 'maybe' }, ['fields.verify_ssl']],
    ['an odd integer', 'proxmox', { ...login, port: '80a' }, ['fields.port']],
    ['a port out of range', 'proxmox', { ...login, port: 70_000 }, ['fields.port']],
    ['a NUL', 'openai', { api_key: 'k\0k' }, ['fields.api_key']],
    ['a value that is too long', 'openai', { api_key: 'k'.repeat(16_385) }, ['fields.api_key']],
    ['a name with blanks', 'other', { 'a b': 'x', c: 'y' }, ['fields']],
    ['a reserved name', 'other', { constructor: 'x', c: 'y' }, ['fields.constructor']],
    ['no field at all', 'other', {}, ['fields']],
  ];
  for (const [title, serviceType, given, fields] of cases) {
    it(title, () => expect(wrongFields(serviceType, { given })).to.deep.equal(fields));
  }

  it('more than 64 fields', () => {
    const given = Object.fromEntries(Array.from({ length: 65 }, (_, index) => [`f${index}`, 'x']));
    expect(wrongFields('other', { given })).to.deep.equal(['fields']);
  });

  it('a field nearly right is told which one was meant', () => {
    const error = refusal('proxmox', { given: { ...login, hostt: 'pve.lab' } });
    expect(error.code).to.equal('invalid_request');
    expect(error.detail).to.match(/fields\.hostt .*"host"/);
  });

  it('all problems come at once and none holds a value', () => {
    const given = { host: 'bad host-value', verify_ssl: 'odd-value', nonsense_field: 'unknown-value' };
    const error = refusal('proxmox', { given: { ...given, token_value: 'secret-value\0' } });
    expect(error.fields.map((problem) => problem.field)).to.include.members([
      'fields.host',
      'fields.verify_ssl',
      'fields.nonsense_field',
      'fields.token_value',
      'fields.token_name',
    ]);
    expect(JSON.stringify([error.detail, error.fields, error.extra])).not.to.match(/-value/);
  });

  it('pasted parts that contradict a field', () => {
    const given = { host: 'pve.lab', user: 'one@pve', token_value: 'two@pve!deploy=v-2' };
    expect(wrongFields('proxmox', { given })).to.deep.equal(['fields.token_value']);
  });
});

describe('the form decides what is shown and where a secret goes', () => {
  it('unknown names count as secret', () => {
    const { template } = connector('proxmox');
    expect(
      ['host', 'password', 'token_value', 'nonsense'].map((n) => isSecretField(template, n)),
    ).to.deep.equal([false, true, true, true]);
  });

  it('JSON answers have booleans and numbers', () => {
    const values = { host: '10', verify_ssl: 'yes', port: '8006' };
    expect(typedFields(connector('proxmox').template, values)).to.deep.equal({
      host: '10',
      verify_ssl: true,
      port: 8006,
    });
  });

  it('a destination changes by its meaning, not by its spelling', () => {
    const before = { host: 'pve.lab', user: 'a@pve' };
    const changed = (after: Record<string, string>) =>
      destinationChanged(connector('proxmox'), before, after);
    expect(changed({ ...before, user: 'b@pve' })).to.deep.equal([]);
    expect(changed({ ...before, port: '8006', verify_ssl: 'off' })).to.deep.equal([]);
    expect(changed({ ...before, host: 'elsewhere.lab' })).to.deep.equal(['host']);
    expect(changed({ ...before, port: '443' })).to.deep.equal(['port']);
  });
});
