import { expect } from 'chai';
import { connectors } from '../../../src/connectors/registry.js';
import { allFields, isSecretField } from '../../../src/domain/credentials/templateFields.js';
import { destinationChanged, isDestination } from '../../../src/domain/services/destination.js';

/** Words in names of settings that may steer a connection. */
const STEERS =
  /host|port|url|server|address|endpoint|region_?$|cloud|tenant|domain|proxy|path|tls|ssl|ca_cert|fingerprint|context|auth_method|kind/;

/** How people call an address in a form of their own. */
const ADDRESSES = [
  'server',
  'hostname',
  'api_base',
  'redis_host',
  'ldap_url',
  'broker_uri',
  'dsn_target',
  'site',
  'realm',
  'fqdn',
  'ip',
  'gateway',
  'node',
  'region',
  'zone',
  'account',
  'workspace',
  'team_domain',
  'socket',
  'relay',
  'path',
  'username',
  'anything_at_all',
];

describe('where a secret is sent', () => {
  for (const connector of connectors) {
    const { serviceType, template, steersNothing, destinationFields } = connector;
    const settings = [...new Set(allFields(template).map(({ name }) => name))].filter(
      (n) => !isSecretField(template, n),
    );

    it(`is decided by every setting of ${serviceType} of which its file does not say otherwise`, () => {
      expect(
        steersNothing.filter((name) => !settings.includes(name)),
        'known',
      ).to.deep.equal([]);
      expect(
        steersNothing.filter((name) => destinationFields.includes(name)),
        'one of both',
      ).to.deep.equal([]);
      for (const name of settings.filter((one) => !steersNothing.includes(one)))
        expect(isDestination(connector, name), name).to.equal(true);
      expect(isDestination(connector, 'a_setting_of_tomorrow')).to.equal(true);
    });

    it(`is not decided by what ${serviceType} says steers nothing`, () => {
      const odd = steersNothing.filter((name) => STEERS.test(name));
      // Defaults of what is made there later; the test never uses them.
      expect(odd).to.deep.equal(['azure', 'google_cloud'].includes(serviceType) ? ['region'] : []);
    });
  }

  it('is decided by every setting of other', () => {
    const other = connectors.find(({ serviceType }) => serviceType === 'other');
    if (other === undefined) throw new Error('no such connector');
    for (const name of ADDRESSES) {
      expect(
        destinationChanged(other, { [name]: 'real.lab' }, { [name]: 'evil.example' }),
        name,
      ).to.deep.equal([name]);
      expect(destinationChanged(other, {}, { [name]: 'evil.example' }), name).to.deep.equal([name]);
      expect(destinationChanged(other, { [name]: 'real.lab' }, {}), name).to.deep.equal([name]);
    }
  });

  it('is decided by what a name is made of, too', () => {
    const moved = (type: string, before: Record<string, string>, after: Record<string, string>) => {
      const connector = connectors.find(({ serviceType }) => serviceType === type);
      return connector === undefined ? [] : destinationChanged(connector, before, after);
    };
    expect(moved('aws', { region: 'eu-west-1' }, { region: 'us-east-1' })).to.deep.equal(['region']);
    expect(moved('azure', { tenant_id: 'a' }, { tenant_id: 'b' })).to.deep.equal(['tenant_id']);
    expect(moved('hyperv', { auth_method: 'ntlm' }, { auth_method: 'basic' })).to.deep.equal(['auth_method']);
    expect(moved('vmware', { endpoint_kind: 'esxi' }, { endpoint_kind: 'vcenter' })).to.deep.equal([
      'endpoint_kind',
    ]);
    expect(moved('prometheus', { tenant: 'a' }, { tenant: 'b' })).to.deep.equal(['tenant']);
    expect(moved('grafana', { org_id: '1' }, { org_id: '2' })).to.deep.equal([]);
  });
});
