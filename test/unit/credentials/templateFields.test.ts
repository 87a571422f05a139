import { expect } from 'chai';
import fc from 'fast-check';
import type { FieldValues } from '../../../src/domain/credentials/fields.js';
import type { GivenFields } from '../../../src/domain/credentials/templateFields.js';
import { Secret } from '../../../src/domain/secret.js';
import { merge, problems, stored } from '../../support/cases/mergeForms.js';

const token = { host: 'pve01', token_name: 'glassdome', token_value: 'a-uuid' };
const withToken = (): FieldValues => merge('proxmox', token).values;

describe('a form is forgiving', () => {
  it("stores the owner's example line: host, token name and token value are enough", () => {
    expect(
      stored('proxmox', { host: '192.168.1.100', token_name: 'glassdome-token', token_value: 's' }),
    ).to.deep.equal({
      settings: {
        host: '192.168.1.100',
        user: 'root@pam',
        auth_method: 'api_token',
        token_name: 'glassdome-token',
      },
      secrets: { token_value: 's' },
    });
  });

  it('takes the first option of a select that is left out, and other values than its options', () => {
    expect(stored('openai', { api_key: 'k' }).settings).to.deep.equal({ model: 'gpt-4' });
    expect(stored('openai', { api_key: 'k', model: 'gpt-9' }).settings['model']).to.equal('gpt-9');
    expect(stored('aws', { access_key_id: 'a', secret_access_key: 's' }).settings['region']).to.equal(
      'us-east-1',
    );
  });

  it('stores no default of an optional field', () => {
    expect(stored('vmware', { host: 'esxi', user: 'root', password: 'p' }).settings).to.deep.equal({
      host: 'esxi',
      user: 'root',
    });
  });

  it('drops blanks around settings and the line end behind a pasted secret, and nothing else of it', () => {
    const { settings, secrets } = stored('vmware', {
      host: ' esxi\n',
      password: '  p w \n',
      network_name: ' VM Network ',
    });
    expect(settings).to.include({ host: 'esxi', network_name: 'VM Network' });
    expect(secrets).to.deep.equal({ password: '  p w ' });
    const pem = '-----BEGIN X-----\nabc\n-----END X-----\n';
    expect(stored('other', { key: pem }).secrets).to.deep.equal({ key: pem });
  });

  it('gives booleans and integers one spelling', () => {
    const { settings } = stored('vmware', { host: 'h', password: 'p', port: ' 0443', verify_ssl: 'Yes' });
    expect(settings).to.include({ port: '443', verify_ssl: 'true' });
    expect(stored('vmware', { host: 'h', password: 'p', port: 8443, verify_ssl: false }).settings).to.include(
      {
        port: '8443',
        verify_ssl: 'false',
      },
    );
  });

  it('takes an empty optional setting as not given', () => {
    expect(stored('openai', { api_key: 'k', organization: '' }).settings).to.deep.equal({ model: 'gpt-4' });
    expect(stored('proxmox', { ...token, password: '' }).secrets).to.deep.equal({ token_value: 'a-uuid' });
  });
});

describe('the way to sign in follows from what is given', () => {
  const cases: [given: GivenFields, current: FieldValues | undefined, method: string][] = [
    [{ host: 'h', password: 'p' }, undefined, 'password'],
    [{ ...token, password: 'p' }, undefined, 'api_token'],
    [{ host: 'h', token_value: 't', password: 'p' }, undefined, 'password'],
    [{ ...token, password: 'p', auth_method: 'password' }, undefined, 'password'],
    [{ password: 'p' }, withToken(), 'api_token'],
    [{ token_value: 'new' }, withToken(), 'api_token'],
    [
      { token_name: 't', token_value: 'v' },
      merge('proxmox', { host: 'h', password: 'p' }).values,
      'api_token',
    ],
    [{ token_value: null, password: 'p' }, withToken(), 'password'],
    [
      { host: 'other' },
      merge('proxmox', { ...token, password: 'p', auth_method: 'password' }).values,
      'password',
    ],
  ];
  for (const [given, current, method] of cases) {
    it(`${Object.keys(given).join(', ')} on ${current?.settings['auth_method'] ?? 'nothing'} → ${method}`, () => {
      expect(
        stored('proxmox', given, current === undefined ? {} : { current }).settings['auth_method'],
      ).to.equal(method);
    });
  }

  it('keeps the fields of the other way', () => {
    expect(stored('proxmox', { ...token, password: 'p' }).secrets).to.deep.equal({
      token_value: 'a-uuid',
      password: 'p',
    });
  });

  it('asks for what the chosen way lacks', () => {
    expect(problems('proxmox', { host: 'h', token_value: 't' })).to.deep.equal([
      'fields.token_name is required (Token Name)',
    ]);
    expect(problems('proxmox', { host: 'h' })).to.deep.equal([
      'fields.password is required (Password), or token_name and token_value instead',
    ]);
    expect(problems('proxmox', { host: 'h', password: 'p', auth_method: 'kerberos' })[0]).to.contain(
      'must be one of password, api_token',
    );
  });
});

describe('what is pasted in one piece goes where it belongs', () => {
  const parts = {
    settings: { host: 'h', user: 'apex@pve', auth_method: 'api_token', token_name: 'gd' },
    secrets: { token_value: 'uuid' },
  };
  it('a whole Proxmox token', () => {
    expect(stored('proxmox', { host: 'h', token_value: 'apex@pve!gd=uuid' })).to.deep.equal(parts);
    expect(stored('proxmox', { host: 'h', token_value: new Secret('apex@pve!gd=uuid\n') })).to.deep.equal(
      parts,
    );
  });
  it('a token name with its user', () => {
    expect(stored('proxmox', { host: 'h', token_name: 'apex@pve!gd', token_value: 'uuid' })).to.deep.equal(
      parts,
    );
  });
  it('a token id, which stays and follows its parts', () => {
    const current = merge('proxmox', { host: 'h', token_id: 'apex@pve!gd', token_value: 'uuid' }).values;
    expect(current.settings).to.deep.equal({ ...parts.settings, token_id: 'apex@pve!gd' });
    expect(stored('proxmox', { token_name: 'new' }, { current }).settings['token_id']).to.equal(
      'apex@pve!new',
    );
  });
  it('unless it contradicts what stands beside it', () => {
    const [problem] = problems('proxmox', { host: 'h', user: 'root@pam', token_value: 'apex@pve!gd=uuid' });
    expect(problem).to.equal('fields.token_value contains a different user than fields.user');
  });
});

describe('a change keeps what it does not name', () => {
  it('replaces what is named, removes null, tells what changed', () => {
    const current = merge('proxmox', { ...token, port: 8006, root_password: 'r' }).values;
    const { values, changed } = merge(
      'proxmox',
      { host: 'pve02', port: null, user: 'root@pam' },
      { current },
    );
    expect(changed).to.deep.equal(['host', 'port']);
    expect(values.settings).to.deep.equal({
      host: 'pve02',
      user: 'root@pam',
      auth_method: 'api_token',
      token_name: 'glassdome',
    });
    expect(Object.keys(values.secrets).sort()).to.deep.equal(['root_password', 'token_value']);
  });

  it('is no change when the values are the same', () => {
    expect(merge('proxmox', { ...token, user: 'root@pam' }, { current: withToken() }).changed).to.deep.equal(
      [],
    );
  });

  it('does not put a default in the place of what was removed', () => {
    expect(problems('proxmox', { user: null }, { current: withToken() })).to.deep.equal([
      'fields.user is required (Username)',
    ]);
  });

  it('does not take an empty text for a wish to lose a secret', () => {
    expect(problems('proxmox', { token_value: '' }, { current: withToken() })).to.deep.equal([
      'fields.token_value must not be empty; null removes it',
    ]);
  });

  it('lets go of a stored field that the form no longer knows', () => {
    const current: FieldValues = {
      settings: { ...withToken().settings, old: 'x' },
      secrets: withToken().secrets,
    };
    expect(merge('proxmox', { port: 1 }, { current }).values.settings['old']).to.equal('x');
    expect(merge('proxmox', { old: null }, { current }).changed).to.deep.equal(['old']);
  });

  it('for all fields and values', () => {
    const name = fc.stringMatching(/^[a-z][a-z_]{0,5}$/).filter((n) => !(n in Object.prototype));
    const value = fc.string({ minLength: 1, maxLength: 20 }).filter((v) => !v.includes('\0'));
    const fields = fc.dictionary(name, value, { minKeys: 1, maxKeys: 8 });
    fc.assert(
      fc.property(fields, fields, (before, given) => {
        const current = merge('other', before, { exact: true }).values;
        const after = stored('other', given, { current, exact: true });
        expect(after.secrets).to.deep.equal({ ...before, ...given });
        const { changed } = merge('other', given, { current, exact: true });
        expect(changed).to.deep.equal(
          Object.keys(after.secrets)
            .filter((n) => before[n] !== after.secrets[n])
            .sort(),
        );
        expect(
          merge('other', given, {
            current: merge('other', given, { current, exact: true }).values,
            exact: true,
          }).changed,
        ).to.deep.equal([]);
      }),
    );
  });
});
