import { expect } from 'chai';
import { clientShapeOf } from '../../../src/connectors/clientShapes.js';
import { connectors } from '../../../src/connectors/registry.js';
import type { Credential } from '../../../src/domain/credentials/credential.js';
import { allFields } from '../../../src/domain/credentials/templateFields.js';
import { Secret } from '../../../src/domain/secret.js';
import { presentResolved } from '../../../src/http/present/presentValues.js';
import { aCredential } from '../../support/worlds/aCredential.js';

type Texts = Record<string, string>;

function answered(change: Partial<Credential>, secrets: Texts, only?: string) {
  const credential = aCredential({ ...change, secretFields: Object.keys(secrets) });
  const hidden = Object.fromEntries(Object.entries(secrets).map(([name, text]) => [name, new Secret(text)]));
  const values = { settings: credential.settings, secrets: hidden };
  const item = { status: 'ok' as const, credential, version: 1, values };
  const resolved = presentResolved(only === undefined ? item : { ...item, only }, 'client');
  if (resolved.status === 'error') throw new Error(resolved.detail);
  return { client: resolved.client, fields: resolved.fields };
}

const named = (...variables: string[]): Texts =>
  Object.fromEntries(variables.map((variable) => [variable, 'some_field']));

describe('the shape of Glassdome’s clients', () => {
  it('is ProxmoxClient’s, whatever else the credential holds', () => {
    const settings = {
      host: 'pve.lab',
      user: 'root@pam',
      auth_method: 'api_token',
      token_name: 'glassdome',
      verify_ssl: 'false',
      port: '8006',
      tls_mode: 'insecure',
      ssh_user: 'root',
    };
    const { client, fields } = answered({ settings }, { token_value: 's3cret', root_password: 'r00t' });
    expect(client).to.equal('ProxmoxClient');
    expect(fields).to.deep.equal({
      host: 'pve.lab',
      user: 'root@pam',
      token_name: 'glassdome',
      token_value: 's3cret',
      verify_ssl: false,
    });
  });

  it('has booleans and integers', () => {
    const esxi = answered(
      { serviceType: 'vmware', settings: { host: 'esxi', user: 'root', port: '443', verify_ssl: 'yes' } },
      { password: 'p' },
    );
    expect(esxi.fields).to.deep.equal({
      host: 'esxi',
      user: 'root',
      password: 'p',
      port: 443,
      verify_ssl: true,
    });
    const settings = {
      access_key_id: 'AKIA',
      region: 'eu-central-1',
      default_vpc: 'false',
      endpoint_url: 'x',
    };
    const aws = answered({ serviceType: 'aws', settings }, { secret_access_key: 's', session_token: 't' });
    expect(aws).to.deep.equal({
      client: 'AWSClient',
      fields: {
        access_key_id: 'AKIA',
        secret_access_key: 's',
        region: 'eu-central-1',
        default_vpc: false,
      },
    });
  });

  it('is Mailcow’s, with a text of a .env as boolean; what is no boolean stays', () => {
    const mailcow = (verify: string) =>
      answered(
        {
          serviceType: 'other',
          settings: {
            api_url: 'https://mail',
            smtp_port: '587',
            verify_ssl: verify,
            imap_host: '',
            spare: 'x',
          },
          envNames: named('MAILCOW_URL', 'MAIL_API', 'MAILCOW_VERIFY_SSL'),
        },
        { api_token: 't', login_password: 'p' },
      );
    expect(mailcow('no')).to.deep.equal({
      client: 'MailcowClient',
      fields: { api_url: 'https://mail', api_token: 't', smtp_port: 587, verify_ssl: false },
    });
    expect(mailcow('perhaps').fields).to.include({ verify_ssl: 'perhaps' });
  });

  it('calls the user of a machine username, and takes the host from the label', () => {
    const machine = answered(
      {
        serviceType: 'other',
        settings: { user: 'ubuntu' },
        labels: { host: 'web-01' },
        envNames: named('MACHINE_CRED_web-01_USER', 'MACHINE_CRED_web-01_PASSWORD'),
      },
      { password: 'p' },
    );
    expect(machine).to.deep.equal({
      client: 'SSHClient',
      fields: { host: 'web-01', username: 'ubuntu', password: 'p' },
    });
    const cisco = answered(
      {
        serviceType: 'other',
        settings: { host: '192.0.2.38', username: 'admin', port: '22' },
        envNames: named('CISCO_3850_HOST', 'CISCO_3850_PASSWORD'),
      },
      { password: 'p' },
    );
    expect(cisco.fields).to.deep.equal({ host: '192.0.2.38', username: 'admin', password: 'p', port: 22 });
  });

  it('is UniFi’s by API key, and SSH’s by login', () => {
    const settings = { host: '192.0.2.1', user: 'admin', ssh_port: '22', api_name: 'lab' };
    const envNames = named('UBIQUITI_GATEWAY_HOST', 'UBIQUITY_KEY');
    expect(answered({ serviceType: 'other', settings, envNames }, { api_key: 'k' })).to.deep.equal({
      client: 'UnifiAgent',
      fields: { host: '192.0.2.1', api_key: 'k' },
    });
    const login = { host: '192.0.2.1', username: 'admin', password: 'p', port: 22 };
    expect(answered({ serviceType: 'other', settings, envNames }, { password: 'p' }).fields).to.deep.equal(
      login,
    );
    const both = { ...settings, access_method: 'ssh' };
    expect(
      answered({ serviceType: 'other', settings: both, envNames }, { api_key: 'k', password: 'p' }).fields,
    ).to.deep.equal(login);
  });

  it('is all fields where no client is known, or where one field is asked for', () => {
    const settings = { base_url: 'https://grafana', org_id: '1' };
    expect(answered({ serviceType: 'grafana', settings }, { token: 't' })).to.deep.equal({
      client: null,
      fields: { base_url: 'https://grafana', org_id: 1, token: 't' },
    });
    const mixed = { serviceType: 'other' as const, settings: {}, envNames: named('MAIL_API', 'STRIPE_KEY') };
    expect(answered(mixed, { a: '1' })).to.deep.equal({ client: null, fields: { a: '1' } });
    expect(answered({ serviceType: 'openai', settings: {} }, { api_key: 'k' }, 'api_key')).to.deep.equal({
      client: null,
      fields: { api_key: 'k' },
    });
  });

  it('names only fields that the forms have', () => {
    for (const { serviceType, template } of connectors.filter((c) => c.serviceType !== 'other')) {
      const shape = clientShapeOf(aCredential({ serviceType }));
      const known = allFields(template).map(({ name }) => name);
      for (const { field } of Object.values(shape?.arguments ?? {})) expect(known).to.include(field);
    }
  });
});
