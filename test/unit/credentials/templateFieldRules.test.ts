import { expect } from 'chai';
import type { FieldValues } from '../../../src/domain/credentials/fields.js';
import type { ServiceType } from '../../../src/domain/credentials/serviceType.js';
import {
  type GivenFields,
  isSecretField,
  secretNames,
  typedFields,
} from '../../../src/domain/credentials/templateFields.js';
import { Secret } from '../../../src/domain/secret.js';
import { destinationChanged } from '../../../src/domain/services/destination.js';
import { connector, form, merge, problems, stored } from '../../support/cases/mergeForms.js';

describe('what is wrong is told at once, by name, without a value', () => {
  it('all problems together', () => {
    const wrong = problems('vmware', { host: 'a b', port: 'x', verify_ssl: 'maybe', pasword: 'hunter2' });
    expect(wrong).to.deep.equal([
      'fields.pasword is not a field of vmware; did you mean "password"?',
      'fields.host must be a host name or an address, without spaces, scheme or path',
      'fields.port must be a whole number',
      'fields.verify_ssl must be true or false',
      'fields.password is required (Password)',
    ]);
    expect(wrong.join()).not.to.contain('hunter2');
  });

  const suggestions: [ServiceType, string, string][] = [
    ['proxmox', 'username', 'user'],
    ['proxmox', 'token_secret', 'token_value'],
    ['openai', 'apikey', 'api_key'],
    ['aws', 'secret_key', 'is not a field of aws'],
    ['azure', 'zzz', 'it has subscription_id'],
  ];
  for (const [type, name, hint] of suggestions) {
    it(`${name} on ${type} hints ${hint}`, () => expect(problems(type, { [name]: 'x' })[0]).to.contain(hint));
  }

  const refused: [title: string, type: ServiceType, given: GivenFields, rule: string][] = [
    ['NUL', 'openai', { api_key: 'a\0b' }, 'NUL'],
    ['too long', 'openai', { api_key: 'ä'.repeat(8193) }, 'at most 16384 bytes'],
    [
      'too much together',
      'other',
      Object.fromEntries(Array.from({ length: 16 }, (_, n) => [`f${n}`, 'x'.repeat(13_000)])),
      '196608 bytes',
    ],
    [
      'too many',
      'other',
      Object.fromEntries(Array.from({ length: 65 }, (_, n) => [`f${n}`, 'x'])),
      'at most 64 fields',
    ],
    ['nothing', 'other', {}, 'at least one field'],
    ['a name of another alphabet', 'other', { 'a b': 'x' }, 'has an invalid name'],
    ['a name that objects know', 'other', { constructor: 'x' }, 'reserved'],
    ['a port out of range', 'vmware', { host: 'h', password: 'p', port: 70_000 }, '1 to 65535'],
    ['a URL for a host', 'vmware', { host: 'ftp://h', password: 'p' }, 'host name'],
    ['a word for a URL', 'openai', { api_key: 'k', base_url: 'h' }, 'must be a URL'],
    [
      'a login inside a URL',
      'openai',
      { api_key: 'k', base_url: 'https://u:hunter2@h/' },
      'password in a URL',
    ],
    ['lines in a setting', 'vmware', { host: 'h', password: 'p', network_name: 'a\nb' }, 'one line'],
    [
      'an unknown TLS mode',
      'vmware',
      { host: 'h', password: 'p', tls_mode: 'none' },
      'must be one of system',
    ],
    ['an empty host', 'vmware', { host: '  ', password: 'p' }, 'is required (Host)'],
    ['secret_fields where the form tells', 'vmware', { host: 'h', password: 'p' }, 'secret_fields'],
  ];
  for (const [title, type, given, rule] of refused) {
    it(title, () => {
      const rest = rule === 'secret_fields' ? { secretFields: ['password'] } : {};
      const told = problems(type, given, rest).join('; ');
      expect(told).to.contain(rule);
      expect(told).not.to.contain('hunter2');
    });
  }

  it('own properties only: __proto__ is refused, not lost', () => {
    const given = JSON.parse('{"__proto__":"x","a":"y"}');
    expect(problems('other', given)).to.deep.equal(['fields.__proto__ is a reserved name; choose another']);
  });
});

describe('free fields are secret unless told otherwise', () => {
  const current: FieldValues = {
    settings: { host: 'h' },
    secrets: { key: new Secret('k'), pin: new Secret('p') },
  };
  const cases: [title: string, given: GivenFields, secretFields: string[] | undefined, secrets: string[]][] =
    [
      ['new ones', { other: 'x' }, undefined, ['key', 'other', 'pin']],
      ['none by an empty list, but stored ones stay', { other: 'x' }, [], ['key', 'pin']],
      ['one that is sent again may become a setting', { key: 'x' }, [], ['pin']],
      ['a setting may become secret', { other: 'x' }, ['host'], ['host', 'key', 'pin']],
    ];
  for (const [title, given, secretFields, secrets] of cases) {
    it(title, () => {
      const merged = merge('other', given, {
        current,
        ...(secretFields === undefined ? {} : { secretFields }),
      });
      expect(Object.keys(merged.values.secrets).sort()).to.deep.equal(secrets);
    });
  }

  it('tells a change of kind as a change', () => {
    expect(
      merge('other', { other: 'x' }, { current, secretFields: ['host', 'other'] }).changed,
    ).to.deep.equal(['host', 'other']);
  });

  it('refuses a secret field that is not there', () => {
    expect(problems('other', { a: 'x' }, { secretFields: ['b'] })).to.deep.equal([
      'secret_fields names "b", which is not among the fields',
    ]);
  });

  it('counts unknown names of any form as secret', () => {
    expect(isSecretField(form('proxmox'), 'whatever')).to.equal(true);
    expect(isSecretField(form('other'), 'host')).to.equal(true);
    expect(isSecretField(form('proxmox'), 'host')).to.equal(false);
    expect(secretNames(form('proxmox'))).to.include.members(['password', 'token_value', 'root_password']);
  });
});

describe('values of a file come back byte for byte', () => {
  it('when they are stored exactly', () => {
    const given = {
      host: 'h',
      user: 'root',
      password: ' p\n',
      port: '0443',
      verify_ssl: 'Off',
      network_name: ' VM Network ',
    };
    expect(stored('vmware', given, { exact: true })).to.deep.equal({
      settings: { host: 'h', user: 'root', port: '0443', verify_ssl: 'Off', network_name: ' VM Network ' },
      secrets: { password: ' p\n' },
    });
  });

  it('and are shown by their meaning all the same', () => {
    const shown = typedFields(form('vmware'), {
      host: 'h',
      port: '0443',
      verify_ssl: 'Off',
      network_name: '1',
      extra: 'true',
    });
    expect(shown).to.deep.equal({
      host: 'h',
      port: 443,
      verify_ssl: false,
      network_name: '1',
      extra: 'true',
    });
  });
});

describe('a new destination is noticed', () => {
  const cases: [
    title: string,
    before: Record<string, string>,
    after: Record<string, string>,
    moved: string[],
  ][] = [
    ['another host', { host: 'a' }, { host: 'b' }, ['host']],
    ['a port beside the usual one', { host: 'a' }, { host: 'a', port: '8007' }, ['port']],
    ['the usual port written down', { host: 'a' }, { host: 'a', port: '8006' }, []],
    ['another word for the same', { verify_ssl: 'off' }, { verify_ssl: 'false' }, []],
    ['TLS switched off', { verify_ssl: '1' }, {}, ['verify_ssl']],
    ['any certificate', {}, { tls_mode: 'insecure' }, ['tls_mode']],
    ['a field that sends nothing anywhere', { user: 'a' }, { user: 'b' }, []],
  ];
  for (const [title, before, after, moved] of cases) {
    it(title, () => expect(destinationChanged(connector('proxmox'), before, after)).to.deep.equal(moved));
  }
});
